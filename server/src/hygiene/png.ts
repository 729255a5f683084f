import type { ByteWindow } from './byte-window.ts';
import { crc32 } from 'node:zlib';
import { exifOf, orientationOf } from './orientation.ts';
import { addPart, UnreadablePictureError, type Picture } from './pieces.ts';

const MOST_CHUNKS = 200_000;
const LONGEST_EXIF = 64 * 1024;

/** Chunks that decide what the picture looks like (PNG, third edition); text, times and EXIF are about it. */
const SHOWN = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT'.split(' '),
);

/** Walks through a PNG, chunk by chunk, without decoding it. @throws UnreadablePictureError, CutShortError */
export async function walkPng(window: ByteWindow): Promise<Picture> {
  const first = await window.at(0, 24);
  if (first.toString('latin1', 12, 16) !== 'IHDR') throw new UnreadablePictureError('no PNG header');
  const picture: Picture = {
    width: first.readUInt32BE(16),
    height: first.readUInt32BE(20),
    frames: 1,
    essence: [],
  };
  addPart(picture.essence, 0, 8);
  let at = 8;
  let frames = 0;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks += 1) {
    const head = await window.at(at, 8);
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const end = at + 12 + length;
    if (end > window.size) throw new UnreadablePictureError('a chunk is longer than the file');
    if (type === 'fcTL') frames += 1;
    if (SHOWN.has(type)) addPart(picture.essence, at, end);
    else if (type === 'eXIf' && length <= LONGEST_EXIF) await takeExif(window, picture, at, length);
    if (type === 'IEND') {
      picture.frames = Math.max(1, frames);
      return picture;
    }
    at = end;
  }
  throw new UnreadablePictureError('too many chunks');
}

async function takeExif(window: ByteWindow, picture: Picture, at: number, length: number): Promise<void> {
  const orientation = orientationOf(await window.at(at + 8, length));
  if (orientation === 1) return;
  const kept = pngChunk('eXIf', exifOf(orientation));
  if ((await window.upTo(at, length + 12)).equals(kept)) addPart(picture.essence, at, at + kept.length);
  else picture.essence.push(kept);
}

/** @returns a chunk with its length and checksum */
export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
