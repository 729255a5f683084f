import { ByteWindow, CutShortError } from './byte-window.ts';
import type { ExaminedBytes, Finding } from './examination.ts';
import { walkMp4 } from './mp4.ts';
import { assembled, UnreadablePictureError, type Piece } from './pieces.ts';
import { walkWebm } from './webm.ts';

const walkers: Readonly<Record<string, (window: ByteWindow) => Promise<Piece[]>>> = {
  'video/mp4': walkMp4,
  'video/webm': walkWebm,
};

/**
 * Blanks what a film says of where and when it was made, for a film that everybody may see. It stays as long as it was.
 *
 * @returns undefined when it is of no type that is taken apart here
 */
export async function examineFilm(contentType: string, bytes: ExaminedBytes): Promise<Finding | undefined> {
  const walk = walkers[contentType];
  if (!walk) return undefined;
  try {
    const pieces = await walk(new ByteWindow(bytes));
    const isBlanked = pieces.some((piece) => Buffer.isBuffer(piece));
    return {
      verdict: 'clean',
      contentType,
      replacement: isBlanked ? () => assembled(bytes, pieces) : undefined,
    };
  } catch (error) {
    if (!(error instanceof UnreadablePictureError) && !(error instanceof CutShortError)) throw error;
    const reason = `This is no ${contentType} that everybody may see: ${error.message}.`;
    return { verdict: 'refused', code: 'unreadable-picture', reason };
  }
}
