import type { ByteWindow } from './byte-window.ts';
import { UnreadablePictureError, type Picture } from './pieces.ts';

const MOST_BOXES = 1000;
const LONGEST_META = 1024 * 1024;

/**
 * Reads what an AVIF says of itself (ISO/IEC 14496-12, 23008-12).
 *
 * @returns without an essence, when it holds EXIF or XMP: where they lie is not taken apart here
 * @throws UnreadablePictureError, CutShortError
 */
export async function walkAvif(window: ByteWindow): Promise<Picture> {
  const picture: Picture = { width: 0, height: 0, frames: 1, essence: [] };
  let hasMetadata = false;
  let at = 0;
  for (let boxes = 0; at + 8 <= window.size; boxes += 1) {
    if (boxes > MOST_BOXES) throw new UnreadablePictureError('too many boxes');
    const head = await window.upTo(at, 16);
    const short = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    if (short === 1 && head.length < 16) throw new UnreadablePictureError('a box without its length');
    const length = short === 0 ? window.size - at : short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (length < 8 || at + length > window.size) throw new UnreadablePictureError('a box of a wrong length');
    if (type === 'meta' || type === 'moov') {
      if (length > LONGEST_META) throw new UnreadablePictureError('too much that describes the picture');
      const box = await window.at(at, length);
      measure(picture, box);
      hasMetadata ||= ['Exif', 'mime', 'udta', 'uuid'].some((name) => box.includes(name, 0, 'latin1'));
    }
    hasMetadata ||= type === 'uuid' || type === 'udta';
    at += length;
  }
  if (picture.width === 0) throw new UnreadablePictureError('no picture in it');
  // What comes after the last box is shown by nothing.
  if (!hasMetadata) picture.essence.push({ start: 0, end: at });
  return picture;
}

/** Sizes (`ispe`) and how many pictures a sequence has (`stsz`). */
function measure(picture: Picture, box: Buffer): void {
  for (let at = box.indexOf('ispe'); at >= 0 && at + 16 <= box.length; at = box.indexOf('ispe', at + 4)) {
    picture.width = Math.max(picture.width, box.readUInt32BE(at + 8));
    picture.height = Math.max(picture.height, box.readUInt32BE(at + 12));
  }
  for (let at = box.indexOf('stsz'); at >= 0 && at + 16 <= box.length; at = box.indexOf('stsz', at + 4)) {
    picture.frames = Math.max(picture.frames, box.readUInt32BE(at + 12));
  }
}
