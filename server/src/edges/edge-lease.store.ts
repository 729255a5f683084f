import type { ChangeKind } from '../leases/change.ts';
import type { Connection } from '../platform/database.ts';

/** An incarnation of an edge, with the hash of the secret it showed. */
export interface EdgeCaller {
  edgeId: string;
  hash: Buffer;
  /** Random, of one run of the edge. */
  incarnation: string;
}

/** One change, as an edge is told it. */
export interface ToldChange {
  epoch: number;
  tenant: string;
  change: ChangeKind;
  kids: string[];
  paths: string[];
  signatureIds: string[];
  prefixes: string[];
}

/** What one question for a lease reads, all of it from one snapshot. */
export interface EdgeReading {
  epoch: number;
  /** L, milliseconds. */
  leaseMs: number;
  /** Whether the secret opens this edge. */
  isAdmitted: boolean;
  /** The newest epoch that this incarnation uses in every check; null: there is none, it is another edge's, or it has ended. */
  acknowledged: number | null;
  /** Of the tenants it serves, oldest first; one more than `most` when there are more. */
  changes: ToldChange[];
  /** Whether the log still has everything after the cursor. */
  isComplete: boolean;
}

// The secret that was shown is one of this edge; with the row of an edge as `d`.
const OPENS = '(d.secret_hash = $2 OR (d.previous_hash = $2 AND d.previous_until > now()))';

/**
 * One SELECT, so that the epoch, the changes and the state of the incarnation come from one snapshot. From the primary.
 *
 * @param cursor the newest epoch whose changes the edge has; undefined: it has an empty cache and needs none
 * @param most changes
 */
export async function readEdgeLease(
  db: Connection,
  { edgeId, hash, incarnation }: EdgeCaller,
  cursor: number | undefined,
  most: number,
): Promise<EdgeReading> {
  const { rows } = await db.query<EdgeReading>({
    name: 'edge-lease',
    text: `SELECT e.n AS epoch, e.lease_ms AS "leaseMs", d.id IS NOT NULL AS "isAdmitted", h.acknowledged,
        coalesce(c.changes, '[]') AS changes,
        coalesce($4 >= e.compacted_to, false) AS "isComplete"
      FROM epoch e
      LEFT JOIN edges d ON d.id = $1 AND ${OPENS}
      LEFT JOIN holders h ON h.incarnation = $3 AND h.edge_id = d.id AND h.ended_at IS NULL
      LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('epoch', l.n, 'tenant', l.tenant_id, 'change', l.change, 'kids', l.kids,
          'paths', l.paths, 'signatureIds', l.signature_ids, 'prefixes', l.prefixes) ORDER BY l.n) AS changes
        FROM (SELECT * FROM epoch_log WHERE n > $4 AND tenant_id = ANY(d.tenants) ORDER BY n LIMIT $5) l) c ON true`,
    values: [edgeId, hash, incarnation, cursor ?? null, most + 1],
  });
  const reading = rows[0];
  if (!reading) throw new Error('the epoch row is missing: run the migrations');
  return reading;
}

/** @returns how many incarnations of this edge have not ended */
export async function countIncarnations(db: Connection, edgeId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM holders WHERE edge_id = $1 AND ended_at IS NULL',
    [edgeId],
  );
  return rows[0]?.n ?? 0;
}

/** How many incarnations an edge may have. */
export interface IncarnationBounds {
  /** That have not ended. */
  live: number;
  /** With those that ended and are still remembered: `forgetEndedHolders`. */
  remembered: number;
}

/**
 * Registers an incarnation durably, before its first lease is read. One that is known stays as it is, also when it has
 * ended. Registrations of one edge take turns, so that no two of them pass the bounds together.
 *
 * @returns which bound it would pass, and then it is not registered
 */
export async function registerEdge(
  db: Connection,
  { edgeId, hash, incarnation }: EdgeCaller,
  bounds: IncarnationBounds,
): Promise<keyof IncarnationBounds | undefined> {
  await db.query('BEGIN');
  try {
    await db.query('SELECT FROM edges WHERE id = $1 FOR UPDATE', [edgeId]);
    const { rows } = await db.query<{ live: number; remembered: number; isKnown: boolean }>(
      `SELECT count(*) FILTER (WHERE ended_at IS NULL)::int AS live, count(*)::int AS remembered,
              coalesce(bool_or(incarnation = $2), false) AS "isKnown"
         FROM holders WHERE edge_id = $1`,
      [edgeId, incarnation],
    );
    const { live = 0, remembered = 0, isKnown = false } = rows[0] ?? {};
    const passed = live >= bounds.live ? 'live' : remembered >= bounds.remembered ? 'remembered' : undefined;
    if (passed && !isKnown) return passed;
    await db.query(
      `INSERT INTO holders (incarnation, holder_id, kind, acknowledged, edge_id, tenants)
       SELECT $3, 'edge:' || d.name, 'edge', e.n, d.id, d.tenants
         FROM edges d, epoch e WHERE d.id = $1 AND ${OPENS}
       ON CONFLICT (incarnation) DO NOTHING`,
      [edgeId, hash, incarnation],
    );
    return undefined;
  } finally {
    await db.query('COMMIT');
  }
}

/**
 * Says durably that every check of this incarnation uses `epoch` from now on.
 *
 * @returns false when it is not this edge's, has ended, or its credential was revoked
 */
export async function acknowledgeEdge(
  db: Connection,
  { edgeId, hash, incarnation }: EdgeCaller,
  epoch: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE holders h SET acknowledged = greatest(h.acknowledged, $4) FROM edges d
      WHERE h.incarnation = $3 AND h.ended_at IS NULL AND h.edge_id = d.id AND d.id = $1 AND ${OPENS}`,
    [edgeId, hash, incarnation, epoch],
  );
  return rowCount === 1;
}

/** The incarnation has said that it serves no more. */
export async function endEdgeIncarnation(
  db: Connection,
  { edgeId, incarnation }: Pick<EdgeCaller, 'edgeId' | 'incarnation'>,
): Promise<void> {
  await db.query(
    'UPDATE holders SET ended_at = now() WHERE incarnation = $1 AND edge_id = $2 AND ended_at IS NULL',
    [incarnation, edgeId],
  );
}
