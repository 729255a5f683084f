/** How many rows a list counts at most: more takes longer the more there are, and nobody pages through them. */
export const MOST_COUNTED = 10_000;

/** How many a list has in all. */
export interface Total {
  total: number;
  /** There are more than `total`. */
  totalIsLowerBound: boolean;
}

/** @param select SQL that gives one row for each @returns SQL that counts them, as `total`, no further than it takes */
export const countingSome = (select: string): string =>
  `SELECT count(*)::int AS total FROM (${select} LIMIT ${MOST_COUNTED + 1}) AS counted`;

/** @param counted what {@link countingSome} gave */
export function totalOf(counted: number | undefined): Total {
  const total = counted ?? 0;
  return { total: Math.min(total, MOST_COUNTED), totalIsLowerBound: total > MOST_COUNTED };
}
