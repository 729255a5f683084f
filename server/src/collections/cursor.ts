import { z } from 'zod';
import { invalidRequest } from '../platform/problem.ts';

const text = z
  .string()
  .max(2048)
  .regex(/^[^\0\p{Cs}]*$/u);

/** @param last of a page: what it was sorted by, and its id @returns the cursor of the next page */
export function collectionCursor({ key, id }: { key: string; id: string }): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

/** @throws Problem 400 `invalid-request`: none that was given out */
export function collectionPosition(cursor: string): { key: string; id: string } {
  const parsed = z.tuple([text, text]).safeParse(fromCursor(cursor));
  if (!parsed.success) throw invalidRequest('query.cursor: take it from nextCursor of the page before');
  const [key, id] = parsed.data;
  return { key, id };
}

function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
