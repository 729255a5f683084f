import type { KeyObject } from 'node:crypto';
import type { Connection, Database } from '../platform/database.ts';
import { ChainVerifier } from './chain-verifier.ts';
import { readCheckpoints } from './checkpoint-heads.ts';
import { PARTITION_DROPPED } from './event-writer.ts';
import { Findings, type VerificationReport } from './findings.ts';
import { readLog } from './log-reader.ts';
import { UnsealedRows } from './unsealed-rows.ts';
import { beginSnapshot, claimedRetirement } from './verify.store.ts';

/** What a verification reads, and how. */
export interface VerifyOptions {
  /** Lines of the checkpoint sink, oldest first. Without them a chain written anew, or cut, cannot be told. */
  checkpoints?: AsyncIterable<string> | Iterable<string> | undefined;
  /** Keys that signed checkpoints are trusted by. */
  publicKeys?: readonly KeyObject[] | undefined;
  /** Findings that are kept, the others are counted. Default 100. */
  maxFindings?: number | undefined;
  /** Is told now and then how many rows are done. */
  onProgress?: ((rows: number) => void) | undefined;
  /** Ends it early. */
  signal?: AbortSignal | undefined;
}

const MAX_FINDINGS = 100;
const PROGRESS_ROWS = 50_000;

/**
 * Verifies the whole log of a database as it is at one moment: every row is what it was when its batch was sealed, every
 * batch follows from the one before, and every chain is the one that signed checkpoints saw. Memory is bounded. The
 * database sorts all rows, so it needs as much temporary disk as the log is large.
 *
 * @param database whose user may read the log and its batches of all tenants (role `auditor`)
 * @throws as PostgreSQL does, and the signal's reason
 */
export async function verifyAudit(
  options: VerifyOptions & { database: Database },
): Promise<VerificationReport> {
  const findings = new Findings(options.maxFindings ?? MAX_FINDINGS);
  // Before the snapshot: what a checkpoint saw is committed, so the snapshot has it.
  const checkpoints = await readCheckpoints(options.checkpoints ?? [], options.publicKeys ?? [], findings);
  const connection = await options.database.connect();
  let broken: Error | undefined;
  try {
    await beginSnapshot(connection);
    const retiredThrough = await claimedRetirement(connection, PARTITION_DROPPED);
    const verifier = new ChainVerifier({ checkpoints, retiredThrough, findings });
    const unsealed = new UnsealedRows(findings);
    await follow(connection, verifier, unsealed, options);
    verifier.finish();
    unsealed.finish(verifier.sealsBegan);
    await connection.query('COMMIT');
    return { ...verifier.report(), checkpoints: checkpoints.checkpoints, beforeSeals: unsealed.beforeSeals };
  } catch (error) {
    // Whatever it was at work on ends with its connection.
    broken = error instanceof Error ? error : new Error('unknown failure');
    throw error;
  } finally {
    connection.release(broken);
  }
}

async function follow(
  connection: Connection,
  verifier: ChainVerifier,
  unsealed: UnsealedRows,
  { onProgress, signal }: VerifyOptions,
): Promise<void> {
  let done = 0;
  for await (const { record, begins, rows } of readLog(connection, signal)) {
    if (begins && record?.seal) verifier.batch(record);
    else if (begins && record) unsealed.batch(record);
    for (const row of rows) {
      if (!record?.seal) unsealed.row(row);
      else if ('leaf' in row) verifier.leaf(row);
      else verifier.row(row);
    }
    const before = done;
    done += rows.length;
    if (Math.floor(before / PROGRESS_ROWS) < Math.floor(done / PROGRESS_ROWS)) onProgress?.(done);
  }
  onProgress?.(done);
}
