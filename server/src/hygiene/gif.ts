import type { ByteWindow } from './byte-window.ts';
import { addPart, UnreadablePictureError, type Picture } from './pieces.ts';

const MOST_BLOCKS = 2_000_000;

/** Application extensions that decide what the picture looks like: how often it repeats, and its colours. */
const SHOWN = /^(NETSCAPE2\.0|ANIMEXTS1\.0|ICCRGBG1012)$/;

/** Walks through a GIF (89a), block by block, without decoding it. @throws UnreadablePictureError, CutShortError */
export async function walkGif(window: ByteWindow): Promise<Picture> {
  const head = await window.at(0, 13);
  const picture: Picture = {
    width: head.readUInt16LE(6),
    height: head.readUInt16LE(8),
    frames: 0,
    essence: [],
  };
  let at = 13 + tableBytes(head.readUInt8(10));
  addPart(picture.essence, 0, at);
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    const kind = (await window.upTo(at, 1))[0];
    // Browsers show what there is of a file that ends too early.
    if (kind === undefined || kind === 0x3b) {
      if (kind === 0x3b) addPart(picture.essence, at, at + 1);
      if (picture.frames === 0) throw new UnreadablePictureError('no picture in it');
      return picture;
    }
    const start = at;
    let isShown = true;
    if (kind === 0x2c) {
      const image = await window.at(at, 10);
      picture.frames += 1;
      picture.width = Math.max(picture.width, image.readUInt16LE(1) + image.readUInt16LE(5));
      picture.height = Math.max(picture.height, image.readUInt16LE(3) + image.readUInt16LE(7));
      at += 10 + tableBytes(image.readUInt8(9)) + 1;
    } else if (kind === 0x21) {
      const label = (await window.at(at + 1, 1)).readUInt8();
      const application = label === 0xff ? (await window.at(at + 3, 11)).toString('latin1') : '';
      isShown = label === 0xf9 || SHOWN.test(application);
      at += 2;
    } else {
      throw new UnreadablePictureError('no GIF block');
    }
    at = await endOfBlocks(window, at);
    if (isShown) addPart(picture.essence, start, at);
  }
  throw new UnreadablePictureError('too many blocks');
}

function tableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

async function endOfBlocks(window: ByteWindow, start: number): Promise<number> {
  let at = start;
  for (;;) {
    const length = (await window.upTo(at, 1))[0];
    if (length === undefined) return window.size;
    at += 1 + length;
    if (length === 0) return at;
  }
}
