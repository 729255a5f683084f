import { createHash } from 'node:crypto';
import { headsOfAll } from '../audit/batch.store.ts';
import { EVENT_WRITER } from '../audit/event-writer.ts';
import type { Connection } from '../platform/database.ts';

/** Where the chains of the audit ended at one moment. */
export interface ChainHeads {
  at: string;
  /** How many chains. */
  chains: number;
  /** SHA-256 over a line `writer batchNo seal` for each chain, in the order of the writers, in hex. */
  digest: string;
  /** The chain of events, in which the erasure itself is recorded; null: nothing was recorded yet. */
  events: { batchNo: number; seal: string } | null;
}

/** @param connection of whoever may read `audit_batches` */
export async function readChainHeads(connection: Connection): Promise<ChainHeads> {
  const heads = [...(await headsOfAll(connection))].sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256');
  for (const [writer, { batchNo, seal }] of heads) {
    digest.update(`${writer} ${batchNo} ${seal.toString('hex')}\n`);
  }
  const events = heads.find(([writer]) => writer === EVENT_WRITER)?.[1];
  return {
    at: new Date().toISOString(),
    chains: heads.length,
    digest: digest.digest('hex'),
    events: events ? { batchNo: events.batchNo, seal: events.seal.toString('hex') } : null,
  };
}
