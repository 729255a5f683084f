import type { ByteWindow } from './byte-window.ts';
import { addBlank, addPart, UnreadablePictureError, type Piece } from './pieces.ts';

/** A film that was recorded while it was sent has an element for each picture. */
const MOST_ELEMENTS = 4_000_000;
const MOST_BLANK = 64 * 1024 * 1024;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
/** Names and places, attached files, what somebody blanked without emptying it, when it was made, how it is called. */
const ABOUT = new Set([0x1254c367, 0x1941a469, 0xec, 0x4461, 0x7ba9]);
const VOID = 0xec;

/**
 * As `walkMp4`, for WebM (RFC 8794, RFC 9559).
 *
 * @throws UnreadablePictureError, CutShortError
 */
export async function walkWebm(window: ByteWindow): Promise<Piece[]> {
  const pieces: Piece[] = [];
  let blank = 0;
  let at = 0;
  for (let elements = 0; at < window.size; elements += 1) {
    if (elements > MOST_ELEMENTS) throw new UnreadablePictureError('too many elements');
    const head = await window.upTo(at, 12);
    const idLength = lengthOf(head, 0, 4);
    const id = head.readUIntBE(0, idLength);
    if (elements === 0 && id !== EBML) throw new UnreadablePictureError('no WebM header');
    const sizeLength = lengthOf(head, idLength, 8);
    const size = sizeOf(head.subarray(idLength, idLength + sizeLength));
    const content = at + idLength + sizeLength;
    // What is in these, and in what does not know its length, follows as if it stood beside them.
    if (id === SEGMENT || id === INFO || size === undefined) {
      addPart(pieces, at, content);
      at = content;
      continue;
    }
    const end = content + size;
    if (end > window.size) throw new UnreadablePictureError('an element is longer than the file');
    if (ABOUT.has(id)) {
      blank += end - at;
      if (blank > MOST_BLANK) throw new UnreadablePictureError('too much that describes the film');
      addVoid(pieces, end - at);
    } else addPart(pieces, at, end);
    at = end;
  }
  return pieces;
}

/** How many bytes a number takes that says so in its first bits. */
function lengthOf(head: Buffer, at: number, most: number): number {
  const length = at < head.length ? Math.clz32(head.readUInt8(at)) - 23 : 0;
  if (length < 1 || length > most || at + length > head.length) {
    throw new UnreadablePictureError('an element without its length');
  }
  return length;
}

/** @returns undefined: nobody knew when it was written */
function sizeOf(bytes: Buffer): number | undefined {
  const mark = 1n << BigInt(7 * bytes.length);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) - mark;
  return value === mark - 1n ? undefined : Number(value);
}

/** An element of nothing of the same length, its own head included. @param length at least 2, as each element has */
function addVoid(pieces: Piece[], length: number): void {
  if (length < 9) {
    pieces.push(Buffer.from([VOID, 0x80 | (length - 2)]));
    addBlank(pieces, length - 2);
    return;
  }
  const head = Buffer.alloc(9);
  head.writeUInt8(VOID, 0);
  head.writeBigUInt64BE((1n << 56n) | BigInt(length - 9), 1);
  pieces.push(head);
  addBlank(pieces, length - 9);
}
