import type { Connection } from '../platform/database.ts';

/** What one edge asks, with the hash of the secret it showed. */
export interface EdgeQuestion {
  edgeId: string;
  hash: Buffer;
  kind: 'kid' | 'path';
  /** A kid or a canonical path. */
  name: string;
}

/** A live key, as far as it is stored. */
export interface ResolvedKey {
  edgeId: string;
  kid: string;
  tenantId: string;
  ownerId: string;
  generation: number;
  /** Of the secret that the key is derived from. */
  masterVersion: number;
  /** Hexadecimal. */
  salt: string;
  /** Signature ids of its URLs that were revoked one by one and may not have expired. */
  revoked: string[];
}

/** A smaller picture that is made. */
export interface ResolvedDerivative {
  objectKey: string;
  contentType: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** What stands behind a path of one tenant. */
export interface ResolvedPath {
  edgeId: string;
  tenant: string;
  path: string;
  owner: string;
  state: 'completed';
  version: number;
  /** How often old URLs of the path were ended. */
  rotation: number;
  objectKey: string;
  contentType: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
  /** Smaller pictures of it that are made, by the name at the end of their paths, e.g. `640.webp`. */
  derivatives: Record<string, ResolvedDerivative>;
}

/** Answers to many questions, from one snapshot. */
export interface Resolution {
  epoch: number;
  /** Edges whose secret opens. */
  edges: string[];
  keys: ResolvedKey[];
  paths: ResolvedPath[];
}

/**
 * One SELECT for all of them. What is unknown, revoked, not complete, or of a tenant that the edge does not serve, is
 * absent alike.
 *
 * @param db acts as `holder`
 */
export async function resolveForEdges(
  db: Connection,
  questions: readonly EdgeQuestion[],
): Promise<Resolution> {
  const { rows } = await db.query<Resolution>({
    name: 'edge-resolve',
    text: `WITH asked AS MATERIALIZED (
        SELECT a.*, d.tenants FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[]) AS a (edge_id, hash, kind, name)
          JOIN edges d ON d.id = a.edge_id
           AND (d.secret_hash = a.hash OR (d.previous_hash = a.hash AND d.previous_until > now())))
      SELECT e.n AS epoch,
        (SELECT coalesce(json_agg(DISTINCT edge_id), '[]') FROM asked) AS edges,
        (SELECT coalesce(json_agg(json_build_object('edgeId', a.edge_id, 'kid', k.kid, 'tenantId', k.tenant_id,
            'ownerId', k.owner_id, 'generation', k.generation, 'masterVersion', k.master_version, 'salt', encode(k.salt, 'hex'),
            'revoked', ARRAY(SELECT signature_id FROM revoked_signatures s WHERE s.kid = k.kid
              AND s.tenant_id = k.tenant_id AND s.expires_at > now() - INTERVAL '1 hour'))), '[]')
           FROM asked a JOIN signature_keys k ON k.kid = a.name
          WHERE a.kind = 'kid' AND k.tenant_id = ANY(a.tenants) AND k.salt IS NOT NULL) AS keys,
        (SELECT coalesce(json_agg(json_build_object('edgeId', a.edge_id, 'tenant', r.tenant_id, 'path', r.path,
            'owner', r.owner_id, 'state', r.state, 'version', r.version, 'rotation', r.rotation, 'objectKey', r.object_key,
            'contentType', r.content_type, 'size', r.size, 'sha256', encode(r.sha256, 'hex'), 'derivatives', (
              SELECT coalesce(json_object_agg(d.name, json_build_object('objectKey', d.object_key,
                  'contentType', d.content_type, 'size', d.size, 'sha256', encode(d.sha256, 'hex'))), '{}')
                FROM derivatives d WHERE d.tenant_id = r.tenant_id AND d.size IS NOT NULL
                 AND d.source_key = coalesce((SELECT p.object_key FROM derivatives p WHERE p.tenant_id = r.tenant_id
                       AND p.source_key = r.object_key AND p.name = 'poster'), r.object_key)))), '[]')
           FROM asked a CROSS JOIN LATERAL unnest(a.tenants) AS t (tenant_id)
           JOIN resources r ON r.tenant_id = t.tenant_id AND r.path = a.name COLLATE "C"
          WHERE a.kind = 'path' AND r.state = 'completed') AS paths
      FROM epoch e`,
    values: [
      questions.map(({ edgeId }) => edgeId),
      questions.map(({ hash }) => hash),
      questions.map(({ kind }) => kind),
      questions.map(({ name }) => name),
    ],
  });
  const resolution = rows[0];
  if (!resolution) throw new Error('the epoch row is missing: run the migrations');
  return resolution;
}

/**
 * Writes down durably which keys are about to be told to which edges.
 *
 * @returns the edges that are not revoked; a revocation that comes later finds these rows, because it waits for the lock
 */
export async function recordToldKeys(
  db: Connection,
  keys: readonly Pick<ResolvedKey, 'edgeId' | 'kid' | 'tenantId'>[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `WITH live AS MATERIALIZED (
        SELECT id FROM edges WHERE id = ANY($1) AND revoked_at IS NULL FOR SHARE),
      told AS (
        INSERT INTO edge_told_keys (edge_id, kid, tenant_id)
        SELECT t.* FROM unnest($1::text[], $2::text[], $3::text[]) AS t (edge_id, kid, tenant_id)
          JOIN live ON live.id = t.edge_id ORDER BY 1, 2
        ON CONFLICT DO NOTHING)
     SELECT id FROM live`,
    [keys.map(({ edgeId }) => edgeId), keys.map(({ kid }) => kid), keys.map(({ tenantId }) => tenantId)],
  );
  return rows.map(({ id }) => id);
}
