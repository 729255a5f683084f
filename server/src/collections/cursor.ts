import { z } from 'zod';
import { openedCursor, opaqueCursor } from '../platform/opaque-cursor.ts';
import { invalidRequest } from '../platform/problem.ts';

const text = z
  .string()
  .max(2048)
  .regex(/^[^\0\p{Cs}]*$/u);

/** @param last of a page: what it was sorted by, and its id @returns the cursor of the next page */
export function collectionCursor({ key, id }: { key: string; id: string }): string {
  return opaqueCursor([key, id]);
}

/** @throws Problem 400 `invalid-request`: none that was given out */
export function collectionPosition(cursor: string): { key: string; id: string } {
  const parsed = z.tuple([text, text]).safeParse(openedCursor(cursor));
  if (!parsed.success) throw invalidRequest('query.cursor: take it from nextCursor of the page before');
  const [key, id] = parsed.data;
  return { key, id };
}
