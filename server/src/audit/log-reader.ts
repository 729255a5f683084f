import type { Connection } from '../platform/database.ts';
import type { StoredRecord } from './chain-verifier.ts';
import type { LeafOnly, StoredRow } from './stored-row.ts';
import { openRecords, openRows, type Pieces, type UnsealedRecord } from './verify.store.ts';

/** A batch, or a part of one, with its rows. */
export interface LogPiece {
  /** Undefined: its rows are of no batch. */
  record: StoredRecord | UnsealedRecord | undefined;
  /** It is the first part. */
  begins: boolean;
  rows: (StoredRow | LeafOnly)[];
}

const LARGEST_PIECE = 4096;

/**
 * Reads the whole log in the order of its chains: every batch, also one without rows, and between them rows that no batch
 * has.
 *
 * @param connection in a snapshot
 */
export async function* readLog(connection: Connection, signal?: AbortSignal): AsyncGenerator<LogPiece, void> {
  const records = await openRecords(connection);
  const rows = await openRows(connection);
  const next = async <T>(pieces: Pieces<T>): Promise<T | undefined> => {
    signal?.throwIfAborted();
    return (await pieces.more()) ? pieces.take() : undefined;
  };
  let row = rows.take() ?? (await next(rows));

  /** Rows up to the batch, or of it. */
  async function* rowsWhile(
    record: LogPiece['record'],
    belongs: (row: StoredRow | LeafOnly) => boolean,
  ): AsyncGenerator<LogPiece, void> {
    let piece: LogPiece = { record, begins: record !== undefined, rows: [] };
    for (; row && belongs(row); row = rows.take() ?? (await next(rows))) {
      piece.rows.push(row);
      if (piece.rows.length < LARGEST_PIECE) continue;
      yield piece;
      piece = { record, begins: false, rows: [] };
    }
    if (piece.begins || piece.rows.length > 0) yield piece;
  }

  let record = records.take() ?? (await next(records));
  while (record) {
    const current = record;
    yield* rowsWhile(undefined, (candidate) => order(candidate, current) < 0);
    yield* rowsWhile(current, (candidate) => order(candidate, current) === 0);
    record = records.take() ?? (await next(records));
  }
  yield* rowsWhile(undefined, () => true);
}

/** Of a row's place to a batch's; UUIDs sort as their lower-case text does. */
function order(row: StoredRow | LeafOnly, { writer, batchNo }: StoredRecord | UnsealedRecord): number {
  if (row.writer !== writer) return row.writer < writer ? -1 : 1;
  return row.batchNo - batchNo;
}
