import type { ByteWindow } from './byte-window.ts';
import { addBlank, addPart, UnreadablePictureError, type Piece } from './pieces.ts';

const MOST_BOXES = 200_000;
/** More is no description of a film. */
const MOST_BLANK = 64 * 1024 * 1024;

/** What is looked into, and below what it stands: no deeper than this. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  '': ['moov', 'moof'],
  moov: ['trak'],
  trak: ['mdia'],
  moof: ['traf'],
};
/** Names, places, covers, XMP, and what somebody blanked without emptying it. */
const ABOUT = new Set(['udta', 'meta', 'uuid', 'free', 'skip']);
/** Begin with when they were made and changed. */
const TIMED = new Set(['mvhd', 'tkhd', 'mdhd']);

/** Boxes of one film, counted over all of it. */
interface Walk {
  window: ByteWindow;
  pieces: Piece[];
  boxes: number;
  blank: number;
}

/**
 * Finds what must not stay in a film that everybody may see (ISO/IEC 14496-12): where and when it was made. That is
 * blanked where it stands, so no byte of picture and sound moves, and nothing is coded anew.
 *
 * @returns what the film is put together from
 * @throws UnreadablePictureError, CutShortError; also for a film with a track of places, whose bytes lie among the others
 */
export async function walkMp4(window: ByteWindow): Promise<Piece[]> {
  const walk: Walk = { window, pieces: [], boxes: 0, blank: 0 };
  await walkBoxes(walk, '', 0, window.size);
  return walk.pieces;
}

async function walkBoxes(walk: Walk, parent: string, start: number, stop: number): Promise<void> {
  const { window, pieces } = walk;
  for (let at = start; at < stop;) {
    walk.boxes += 1;
    if (walk.boxes > MOST_BOXES) throw new UnreadablePictureError('too many boxes');
    const head = await window.upTo(at, 16);
    // Some programs end a box with four bytes of nothing.
    if (stop - at < 8) {
      addBlank(pieces, stop - at);
      return;
    }
    const short = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    if (short === 1 && head.length < 16) throw new UnreadablePictureError('a box without its length');
    const size = short === 0 ? stop - at : short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    const content = at + (short === 1 ? 16 : 8);
    const end = at + size;
    if (end < content || end > stop) throw new UnreadablePictureError('a box of a wrong length');
    if (ABOUT.has(type)) blankBox(walk, head.subarray(0, content - at), end - content);
    else if (INSIDE[parent]?.includes(type)) {
      addPart(pieces, at, content);
      await walkBoxes(walk, type, content, end);
    } else if (TIMED.has(type)) await blankTimes(walk, at, content, end);
    else {
      if (parent === 'mdia' && type === 'hdlr') await refusePlaces(walk, content);
      addPart(pieces, at, end);
    }
    at = end;
  }
}

/** The length stays, so every place in the file stays where others say it is. */
function blankBox(walk: Walk, head: Buffer, length: number): void {
  walk.blank += length;
  if (walk.blank > MOST_BLANK) throw new UnreadablePictureError('too much that describes the film');
  const named = Buffer.from(head);
  named.write('free', 4, 'latin1');
  walk.pieces.push(named);
  addBlank(walk.pieces, length);
}

async function blankTimes({ window, pieces }: Walk, at: number, content: number, end: number): Promise<void> {
  const version = (await window.at(content, 1)).readUInt8();
  const times = version === 1 ? 16 : 8;
  if (content + 4 + times > end) throw new UnreadablePictureError('a box of a wrong length');
  addPart(pieces, at, content + 4);
  addBlank(pieces, times);
  addPart(pieces, content + 4 + times, end);
}

/** GoPro, DJI, Android and others write a place a second. */
async function refusePlaces({ window }: Walk, content: number): Promise<void> {
  const handler = (await window.at(content, 12)).toString('latin1', 8, 12);
  if (handler === 'meta') {
    throw new UnreadablePictureError(
      'it has a track that is neither picture nor sound and may say where it was made; save it without',
    );
  }
}
