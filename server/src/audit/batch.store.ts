import type { Connection } from '../platform/database.ts';
import { NO_BATCH, type BatchPlace, type ChainHead, type SealedBatch } from './batch.ts';

/** What the database has of a batch. */
export interface StoredBatch {
  attempt: string;
  rowCount: number;
  seal: Buffer;
}

/** @returns undefined when there is none of this number */
export async function readBatch(
  connection: Connection,
  writer: string,
  batchNo: number,
): Promise<StoredBatch | undefined> {
  const { rows } = await connection.query<StoredBatch>(
    `SELECT attempt, row_count AS "rowCount", seal FROM audit_batches WHERE writer = $1 AND batch_no = $2`,
    [writer, batchNo],
  );
  return rows[0];
}

/** @returns the last batch of the writer whose number is below this one */
export async function headBefore(
  connection: Connection,
  writer: string,
  batchNo: number,
): Promise<ChainHead> {
  const { rows } = await connection.query<ChainHead>(
    `SELECT batch_no::float8 AS "batchNo", seal FROM audit_batches WHERE writer = $1 AND batch_no < $2
     ORDER BY batch_no DESC LIMIT 1`,
    [writer, batchNo],
  );
  return rows[0] ?? NO_BATCH;
}

/** Inserts batches that have no rows. @throws when one of them is already in (`isAlreadyIn`) */
export async function insertEmptyBatches(
  connection: Connection,
  batches: readonly (BatchPlace & SealedBatch)[],
): Promise<void> {
  await connection.query(
    `INSERT INTO audit_batches (writer, batch_no, attempt, row_count, leaves, marks, seal)
     SELECT u.writer, u.batch_no, u.attempt, 0, u.leaves, '', u.seal
     FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::bytea[], $5::bytea[])
       AS u (writer, batch_no, attempt, leaves, seal)`,
    [
      batches.map(({ writer }) => writer),
      batches.map(({ batchNo }) => batchNo),
      batches.map(({ attempt }) => attempt),
      batches.map(({ leaves }) => leaves),
      batches.map(({ seal }) => seal),
    ],
  );
}

/** @returns the number of the writer's last batch from before there were seals */
export async function lastBeforeSeals(connection: Connection, writer: string): Promise<number | undefined> {
  const { rows } = await connection.query<{ last: number | null }>(
    'SELECT max(batch_no)::float8 AS last FROM audit_batches_before_seals WHERE writer = $1',
    [writer],
  );
  return rows[0]?.last ?? undefined;
}

/** @returns the last batch of every writer, found from one writer to the next in the primary key */
export async function headsOfAll(connection: Connection): Promise<Map<string, ChainHead>> {
  const { rows } = await connection.query<ChainHead & { writer: string }>(
    `WITH RECURSIVE writers AS (
       (SELECT writer FROM audit_batches ORDER BY writer LIMIT 1)
       UNION ALL
       SELECT (SELECT b.writer FROM audit_batches b WHERE b.writer > w.writer ORDER BY b.writer LIMIT 1)
       FROM writers w WHERE w.writer IS NOT NULL
     )
     SELECT w.writer, last.batch_no::float8 AS "batchNo", last.seal FROM writers w,
       LATERAL (SELECT batch_no, seal FROM audit_batches b WHERE b.writer = w.writer ORDER BY batch_no DESC LIMIT 1) last`,
  );
  return new Map(rows.map(({ writer, batchNo, seal }) => [writer, { batchNo, seal }]));
}
