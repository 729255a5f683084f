import { commitmentOf, leafOf, NO_SEAL, type PersonalColumns, type PublicColumns } from './leaf.ts';

/** A row as a database or an export has it. */
export interface StoredRow {
  writer: string;
  batchNo: number;
  rowNo: number;
  row: PublicColumns & PersonalColumns;
  /** Null once erased. */
  salt: Buffer | null;
  /** Null in rows from before there were seals. */
  commitment: Buffer | null;
}

/** What is left of a row that is not there: taken by retention, or left out of an export. */
export interface LeafOnly {
  writer: string;
  batchNo: number;
  rowNo: number;
  leaf: Buffer;
}

/** @returns the row's leaf hash; zeros for a row that cannot have been sealed as it is */
export function leafOfStored(stored: StoredRow): Buffer {
  try {
    return leafOf(stored, stored.row, stored.commitment ?? NO_SEAL);
  } catch (error) {
    if (error instanceof RangeError) return NO_SEAL;
    throw error;
  }
}

/** `held`: the personal columns are those that were committed to. `erased`: there are none, nor a salt. */
export function personalState({ row, salt, commitment }: StoredRow): 'held' | 'erased' | 'changed' {
  if (commitment === null) return 'changed';
  if (salt !== null) return commitmentOf(salt, row).equals(commitment) ? 'held' : 'changed';
  const { path, actor, owner, reason, ipPrefix, userAgent } = row;
  const isEmpty = [path, actor, owner, reason, ipPrefix, userAgent].every(
    (value) => value === null || value === undefined,
  );
  return isEmpty ? 'erased' : 'changed';
}
