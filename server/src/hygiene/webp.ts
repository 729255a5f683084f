import { exifOf, orientationOf } from './orientation.ts';
import type { ByteWindow } from './byte-window.ts';
import { addPart, UnreadablePictureError, type Picture } from './pieces.ts';

const MOST_CHUNKS = 100_000;
const SHOWN = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const LONGEST_EXIF = 64 * 1024;
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

/** Walks through a WebP (RFC 9649), chunk by chunk, without decoding it. @throws UnreadablePictureError, CutShortError */
export async function walkWebp(window: ByteWindow): Promise<Picture> {
  const head = await window.at(0, 12);
  const stop = Math.min(8 + head.readUInt32LE(4), window.size);
  const picture: Picture = { width: 0, height: 0, frames: 0, essence: [] };
  const { essence } = picture;
  let at = 12;
  let dropped = 0;
  let keepsExif = false;
  let changed = false;
  let flags: number | undefined;
  for (let chunks = 0; at + 8 <= stop; chunks += 1) {
    if (chunks > MOST_CHUNKS) throw new UnreadablePictureError('too many chunks');
    const frame = await window.at(at, 8);
    const type = frame.toString('latin1', 0, 4);
    const length = frame.readUInt32LE(4);
    const end = Math.min(at + 8 + length + (length % 2), window.size);
    if (type === 'VP8X') flags = (await window.at(at + 8, 1)).readUInt8();
    if (type === 'ANMF') picture.frames += 1;
    await measure(window, picture, type, at + 8);
    const upright = type === 'EXIF' ? await keptExif(window, at, length) : undefined;
    if (SHOWN.has(type)) addPart(essence, at, end);
    else if (upright?.isOwn) addPart(essence, at, end);
    else {
      dropped += end - at - (upright?.chunk.length ?? 0);
      if (upright) essence.push(upright.chunk);
    }
    keepsExif ||= upright !== undefined;
    changed ||= !SHOWN.has(type) && !upright?.isOwn;
    at = end;
  }
  if (picture.width === 0) throw new UnreadablePictureError('no picture in it');
  picture.frames = Math.max(1, picture.frames);
  const begins = await window.at(0, 12);
  if (!changed) {
    essence.unshift({ start: 0, end: 12 });
    mergeFirst(essence);
    return picture;
  }
  const header = Buffer.from(begins);
  header.writeUInt32LE(stop - 8 - dropped, 4);
  essence.unshift(header);
  if (flags !== undefined) clearFlags(essence, (flags & ~(HAS_EXIF | HAS_XMP)) | (keepsExif ? HAS_EXIF : 0));
  return picture;
}

/** The size of the canvas, or of the one picture there is. */
async function measure(window: ByteWindow, picture: Picture, type: string, at: number): Promise<void> {
  let width = 0;
  let height = 0;
  if (type === 'VP8X') {
    const size = await window.at(at + 4, 6);
    width = size.readUIntLE(0, 3) + 1;
    height = size.readUIntLE(3, 3) + 1;
  } else if (type === 'VP8L') {
    const bits = (await window.at(at + 1, 4)).readUInt32LE();
    width = (bits & 0x3fff) + 1;
    height = ((bits >>> 14) & 0x3fff) + 1;
  } else if (type === 'VP8 ') {
    const size = await window.at(at + 6, 4);
    width = size.readUInt16LE(0) & 0x3fff;
    height = size.readUInt16LE(2) & 0x3fff;
  }
  picture.width = Math.max(picture.width, width);
  picture.height = Math.max(picture.height, height);
}

function mergeFirst(essence: Picture['essence']): void {
  const [head, next] = essence;
  if (!head || !next || Buffer.isBuffer(head) || Buffer.isBuffer(next) || head.end !== next.start) return;
  essence.splice(0, 2, { start: head.start, end: next.end });
}

/** VP8X is the first chunk; its flags say what else there is. */
function clearFlags(essence: Picture['essence'], flags: number): void {
  const first = essence[1];
  if (!first || Buffer.isBuffer(first)) return;
  essence.splice(1, 1, { start: first.start, end: first.start + 8 }, Buffer.from([flags]), {
    start: first.start + 9,
    end: first.end,
  });
}

/** @returns a chunk that says which way up the picture is, when it is not as it is stored */
async function keptExif(
  window: ByteWindow,
  at: number,
  length: number,
): Promise<{ chunk: Buffer; isOwn: boolean } | undefined> {
  if (length > LONGEST_EXIF) return undefined;
  const content = await window.upTo(at + 8, length);
  const prefix = content.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0;
  const orientation = orientationOf(content.subarray(prefix));
  if (orientation === 1) return undefined;
  const exif = exifOf(orientation);
  const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
  head.writeUInt32LE(exif.length, 4);
  const chunk = Buffer.concat([head, exif]);
  return { chunk, isOwn: (await window.upTo(at, length + 8)).equals(chunk) };
}
