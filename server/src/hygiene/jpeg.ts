import type { ByteWindow } from './byte-window.ts';
import { exifOf, orientationOf } from './orientation.ts';
import { addPart, UnreadablePictureError, type Picture } from './pieces.ts';

/** Progressive files have about ten scans; thousands of them keep a decoder busy for minutes. */
const MOST_SEGMENTS = 2000;
const SCAN_STEP = 64 * 1024;
const EXIF = 'Exif\0\0';

/** Application segments that decide what the picture looks like: anything else in them is about it. */
const SHOWN: Readonly<Record<number, string>> = { 0xe0: 'JFIF\0', 0xe2: 'ICC_PROFILE\0', 0xee: 'Adobe' };

/** Walks through a JPEG (ITU-T T.81) and its scans, without decoding it. @throws UnreadablePictureError, CutShortError */
export async function walkJpeg(window: ByteWindow): Promise<Picture> {
  const picture: Picture = { width: 0, height: 0, frames: 1, essence: [] };
  addPart(picture.essence, 0, 2);
  let at = 2;
  for (let segments = 0; segments < MOST_SEGMENTS; segments += 1) {
    const marker = await window.at(at, 2);
    const code = marker.readUInt8(1);
    if (marker.readUInt8(0) !== 0xff) throw new UnreadablePictureError('no JPEG marker');
    if (code === 0xff) {
      at += 1;
      continue;
    }
    if (code === 0xd9) {
      // What comes after the end is shown by nothing: other pictures with their own EXIF, or archives.
      addPart(picture.essence, at, at + 2);
      return sized(picture);
    }
    if (code === 0x01 || (code >= 0xd0 && code <= 0xd7)) {
      addPart(picture.essence, at, at + 2);
      at += 2;
      continue;
    }
    const end = at + 2 + (await window.at(at + 2, 2)).readUInt16BE();
    if (end > window.size) return sized(picture);
    await takeSegment(window, picture, { code, at, end });
    at = end;
    if (code !== 0xda) continue;
    at = await endOfScan(window, end);
    addPart(picture.essence, end, at);
    // Browsers show what there is of a file that ends too early.
    if (at + 2 > window.size) return sized(picture);
  }
  throw new UnreadablePictureError('too many segments');
}

async function takeSegment(
  window: ByteWindow,
  picture: Picture,
  { code, at, end }: { code: number; at: number; end: number },
): Promise<void> {
  const isFrame = code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code);
  if (isFrame) {
    const size = await window.at(at + 5, 4);
    picture.height = Math.max(picture.height, size.readUInt16BE(0));
    picture.width = Math.max(picture.width, size.readUInt16BE(2));
  }
  const isAbout = (code >= 0xe0 && code <= 0xef) || code === 0xfe;
  if (!isAbout) {
    addPart(picture.essence, at, end);
    return;
  }
  const content = await window.at(at + 4, Math.max(0, end - at - 4));
  const says = (prefix: string): boolean => content.toString('latin1', 0, prefix.length) === prefix;
  const shown = SHOWN[code];
  if (shown !== undefined && says(shown)) addPart(picture.essence, at, end);
  if (code !== 0xe1 || !says(EXIF)) return;
  const orientation = orientationOf(content.subarray(EXIF.length));
  if (orientation === 1) return;
  const exif = exifOf(orientation);
  const head = Buffer.from([0xff, 0xe1, 0, 2 + EXIF.length + exif.length]);
  const kept = Buffer.concat([head, Buffer.from(EXIF, 'latin1'), exif]);
  const own = await window.at(at, end - at);
  // A file that was cleaned before stays as it is, byte for byte.
  if (own.equals(kept)) addPart(picture.essence, at, end);
  else picture.essence.push(kept);
}

/** @returns where the next marker is; the end of the file when there is none */
async function endOfScan(window: ByteWindow, start: number): Promise<number> {
  let at = start;
  for (;;) {
    const part = await window.upTo(at, SCAN_STEP);
    if (part.length < 2) return window.size;
    let found = part.indexOf(0xff);
    for (; found >= 0 && found + 1 < part.length; found = part.indexOf(0xff, found + 1)) {
      const next = part.readUInt8(found + 1);
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at + found;
    }
    at += part.at(-1) === 0xff ? part.length - 1 : part.length;
  }
}

function sized(picture: Picture): Picture {
  if (picture.width === 0) throw new UnreadablePictureError('no frame');
  return picture;
}
