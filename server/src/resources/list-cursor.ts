import { z } from 'zod';
import { invalidRequest } from '../platform/problem.ts';

/** The orders a list can have. */
export const listOrders = ['path', 'newest', 'name', 'size'] as const;

export type ListOrder = (typeof listOrders)[number];

/** The last resource of a page: what it was sorted by, as text, and its id. */
export interface ListPosition {
  key: string;
  id: string;
}

const text = z
  .string()
  .max(2048)
  .regex(/^[^\0]*$/);
const keys: Readonly<Record<ListOrder, z.ZodType<string>>> = {
  path: text,
  name: text,
  newest: z.iso.datetime().regex(/^(19|20|21)/),
  size: z.string().regex(/^\d{1,15}$/),
};

/** @returns the cursor of the next page, for the same order */
export function listCursor(sort: ListOrder, { key, id }: ListPosition): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** @throws Problem 400 `invalid-request`: none that was given out, or one of another order */
export function listPosition(sort: ListOrder, cursor: string): ListPosition {
  const parsed = z.tuple([z.literal(sort), keys[sort], text]).safeParse(fromCursor(cursor));
  if (!parsed.success) {
    throw invalidRequest('query.cursor: take it from nextCursor of the page before, with the same sort');
  }
  const [, key, id] = parsed.data;
  return { key, id };
}

function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
