import type { Connection } from '../platform/database.ts';

/** The issuance of one signed URL, as the log has it. */
export interface IssuedUrl {
  /** Of the key that signed it. */
  kid: string;
  /** Null when the row was erased. */
  path: string | null;
  resourceId: string | null;
  expiresAt: Date;
  /** By the database's clock, and for long enough that no holder's clock can think otherwise. */
  hasExpired: boolean;
}

/** @returns what is known of the URL with this signature id; undefined when the tenant issued none, or retention took it */
export async function findIssuedUrl(
  connection: Connection,
  tenantId: string,
  signatureId: string,
): Promise<IssuedUrl | undefined> {
  const { rows } = await connection.query<IssuedUrl>(
    `SELECT kid, resource_path AS path, resource_id AS "resourceId", expires_at AS "expiresAt",
            expires_at < now() - INTERVAL '5 minutes' AS "hasExpired"
       FROM resource_access_logs
      WHERE signature_id = $2 AND tenant_id = $1 AND event = 'issuance' AND expires_at IS NOT NULL
      ORDER BY accessed_at DESC LIMIT 1`,
    [tenantId, signatureId],
  );
  return rows[0];
}

/** Whose URLs, or of what. */
export type IssuedFor = { owner: string } | { path: string } | { prefix: string };

/**
 * @returns how many different URLs were issued and have not expired, without those whose key was destroyed, or which
 *   were revoked by themselves
 */
export async function countLiveUrls(
  connection: Connection,
  tenantId: string,
  whose: IssuedFor,
): Promise<number> {
  const [condition, value] =
    'owner' in whose
      ? ['l.owner = $2', whose.owner]
      : 'path' in whose
        ? ['l.resource_path = $2', whose.path]
        : ['l.resource_path ^@ $2', whose.prefix];
  const { rows } = await connection.query<{ urls: number }>(
    // A URL lives for 7 days at most: older rows need not be looked at.
    `SELECT count(DISTINCT l.signature_id)::int AS urls
       FROM resource_access_logs l JOIN signature_keys k ON k.kid = l.kid AND k.salt IS NOT NULL
      WHERE l.tenant_id = $1 AND ${condition} AND l.event = 'issuance'
        AND l.accessed_at > now() - INTERVAL '8 days' AND l.expires_at > now()
        AND NOT EXISTS (SELECT FROM revoked_signatures s
                         WHERE s.tenant_id = $1 AND s.signature_id = l.signature_id)`,
    [tenantId, value],
  );
  return rows[0]?.urls ?? 0;
}
