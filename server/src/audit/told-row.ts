import type { FoundRow } from './search.store.ts';

/** A row as whoever may read all of it is told, over HTTP and by the command: without its place in a chain. */
export type ToldRow = Omit<FoundRow, 'at' | 'expiresAt' | 'micros' | 'writer' | 'batchNo' | 'rowNo'> & {
  /** ISO 8601, as is `expiresAt`. */
  at: string;
  expiresAt: string | null;
};

/** @returns what a person is told of a row */
export function toldRow(found: FoundRow): ToldRow {
  const { event, path, resourceId, signatureId, actor, owner, reason, status, bytes, holder } = found;
  const { durationMs, ipPrefix, userAgent } = found;
  return {
    at: found.at.toISOString(),
    event,
    path,
    resourceId,
    signatureId,
    actor,
    owner,
    reason,
    expiresAt: found.expiresAt?.toISOString() ?? null,
    status,
    bytes,
    holder,
    durationMs,
    ipPrefix,
    userAgent,
  };
}
