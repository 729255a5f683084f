// Bytes of all rows go to PostgreSQL as one value, which it takes apart: an array of them would be written as text.

/**
 * @param bytes SQL of a bytea that holds so many bytes of each row, one after the other
 * @param length bytes of one row
 * @returns SQL of those of the row `u.n`, from 1
 */
export const pieceOf = (bytes: string, length: number): string =>
  `substring(${bytes} FROM ((u.n - 1) * ${length} + 1)::int FOR ${length})`;
