import { Readable } from 'node:stream';
import type { ExaminedBytes } from './examination.ts';

/** What a file is put together from: a part of the one that was examined, its end excluded, or other bytes. */
export type Piece = { start: number; end: number } | Buffer;

/** What a walk through a picture finds. */
export interface Picture {
  width: number;
  height: number;
  /** How many pictures are shown one after the other; 1: it stands still. */
  frames: number;
  /** What shows the picture, colour profile and orientation included, and says nothing of where and when it was taken. */
  essence: Piece[];
}

/** The file is none of its type, or one that is made to keep its reader busy. */
export class UnreadablePictureError extends Error {
  override readonly name = 'UnreadablePictureError';
}

/** Adds a part, together with the one before it where they touch. */
export function addPart(pieces: Piece[], start: number, end: number): void {
  const last = pieces.at(-1);
  if (last && !Buffer.isBuffer(last) && last.end === start) last.end = end;
  else pieces.push({ start, end });
}

const NOTHING = Buffer.alloc(65_536);

/** Adds so many bytes of nothing; they take no memory. */
export function addBlank(pieces: Piece[], length: number): void {
  for (let left = length; left > 0; left -= NOTHING.length) pieces.push(NOTHING.subarray(0, left));
}

/** @returns whether the pieces are the whole file, as it is */
export function isWhole(pieces: readonly Piece[], size: number): boolean {
  const [only, ...others] = pieces;
  return others.length === 0 && !!only && !Buffer.isBuffer(only) && only.start === 0 && only.end === size;
}

/** @returns the file that the pieces make, read while it is being written */
export function assembled(bytes: ExaminedBytes, pieces: readonly Piece[]): Readable {
  async function* parts(): AsyncGenerator<Buffer> {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) yield piece;
      else
        for await (const chunk of await bytes.open({ start: piece.start, end: piece.end - 1 }))
          yield chunk as Buffer;
    }
  }
  return Readable.from(parts(), { objectMode: false });
}
