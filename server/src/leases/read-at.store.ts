/** SQL of a column: the epoch of the database at which a row was read. */
export const READ_AT = '(SELECT n FROM epoch) AS epoch';

/** A row with the epoch at which it was read. */
export interface ReadAt {
  epoch: number;
}
