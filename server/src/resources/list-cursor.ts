import { z } from 'zod';
import { openedCursor, opaqueCursor } from '../platform/opaque-cursor.ts';
import { invalidRequest } from '../platform/problem.ts';

/** The orders a list can have. */
export const listOrders = ['path', 'newest', 'name', 'size'] as const;

export type ListOrder = (typeof listOrders)[number];

/** Up or down. */
export const listDirections = ['asc', 'desc'] as const;

export type ListDirection = (typeof listDirections)[number];

/** @returns the direction of an order where nobody asks for another one: newest and largest first */
export const usualDirection = (sort: ListOrder): ListDirection =>
  sort === 'newest' || sort === 'size' ? 'desc' : 'asc';

/** What a list is sorted by, and in which direction; undefined: the usual one. */
export interface ListSort {
  sort: ListOrder;
  direction?: ListDirection | undefined;
}

/** The last resource of a page: what it was sorted by, as text, and its id. */
export interface ListPosition {
  key: string;
  id: string;
}

const text = z
  .string()
  .max(2048)
  .regex(/^[^\0\p{Cs}]*$/u);
const keys: Readonly<Record<ListOrder, z.ZodType<string>>> = {
  path: text,
  name: text,
  newest: z.iso.datetime().regex(/^(19|20|21)/),
  size: z.string().regex(/^\d{1,15}$/),
};

/** @returns the cursor of the next page, for the same order */
export function listCursor(order: ListSort, { key, id }: ListPosition): string {
  return opaqueCursor([nameOf(order), key, id]);
}

/** @throws Problem 400 `invalid-request`: none that was given out, or one of another order */
export function listPosition(order: ListSort, cursor: string): ListPosition {
  const parsed = z.tuple([z.literal(nameOf(order)), keys[order.sort], text]).safeParse(openedCursor(cursor));
  if (!parsed.success) {
    throw invalidRequest(
      'query.cursor: take it from nextCursor of the page before, with the same sort and direction',
    );
  }
  const [, key, id] = parsed.data;
  return { key, id };
}

/** The usual direction is not named: such cursors were given out before there was another one. */
function nameOf({ sort, direction = usualDirection(sort) }: ListSort): string {
  return direction === usualDirection(sort) ? sort : `${sort} ${direction}`;
}
