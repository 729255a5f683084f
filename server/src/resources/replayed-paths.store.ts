import type { TenantConnection } from '../platform/tenant-database.ts';
import { EVERY_PATH } from './store.ts';

/** Paths that a record has only as hashes: hexadecimal SHA-256 of the path, in UTF-8. */
export interface HashedPaths {
  paths: readonly string[];
  /** The same of the first `length` characters of every path that is meant. */
  prefixes: readonly { length: number; hash: string }[];
}

/** What was found in the database. */
export interface EndedPaths {
  paths: string[];
  prefixes: string[];
  /** Resources under those prefixes. */
  underPrefixes: number;
}

const HASH = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;

const END = `rotation = r.rotation + 1, updated_at = now(),
  state = CASE WHEN $2 AND r.state = 'completed' THEN 'quarantined' ELSE r.state END`;

/**
 * Ends the URLs of these paths once more. At a path that the database does not have, what is made there later goes on
 * counting. It reads every path of the tenant, so it is for the rare hour after a restore.
 *
 * @param quarantine nobody can open or sign them either, until somebody has looked at them
 */
export async function endPathsAgain(
  connection: TenantConnection,
  tenantId: string,
  hashed: HashedPaths,
  quarantine: boolean,
): Promise<EndedPaths> {
  const hashes = hashed.paths.map((hash) => Buffer.from(hash, 'hex'));
  const { rows: exact } = await connection.query<{ path: string }>(
    `UPDATE resources r SET ${END} WHERE tenant_id = $1 AND ${HASH('path')} = ANY($3) RETURNING path`,
    [tenantId, quarantine, hashes],
  );
  await connection.query(
    `INSERT INTO retired_paths AS t (tenant_id, path_hash, rotation, until)
     SELECT $1, h, 1, now() + INTERVAL '8 days' FROM unnest($2::bytea[]) AS h
      WHERE NOT EXISTS (SELECT FROM resources r WHERE r.tenant_id = $1 AND ${HASH('r.path')} = h)
     ON CONFLICT (tenant_id, path_hash) DO UPDATE
       SET rotation = t.rotation + 1, until = greatest(t.until, excluded.until)`,
    [tenantId, hashes],
  );
  const { rows: under } = await connection.query<{ prefix: string; count: number }>(
    `WITH ended AS (
       UPDATE resources r SET ${END} FROM unnest($3::int[], $4::bytea[]) AS p(length, hash)
        WHERE r.tenant_id = $1 AND ${HASH('left(r.path, p.length)')} = p.hash RETURNING left(r.path, p.length) AS prefix)
     SELECT prefix, count(*)::int AS count FROM ended GROUP BY prefix ORDER BY prefix`,
    [
      tenantId,
      quarantine,
      hashed.prefixes.map(({ length }) => length),
      hashed.prefixes.map(({ hash }) => Buffer.from(hash, 'hex')),
    ],
  );
  // A path under it that was made after the backup is not here, and its URLs must not open what is made there anew.
  await connection.query(
    `INSERT INTO retired_paths AS t (tenant_id, path_hash, rotation, until)
     SELECT $1, ${EVERY_PATH}, $2, now() + INTERVAL '8 days' WHERE $2 > 0
     ON CONFLICT (tenant_id, path_hash) DO UPDATE
       SET rotation = t.rotation + excluded.rotation, until = greatest(t.until, excluded.until)`,
    [tenantId, hashed.prefixes.length],
  );
  return {
    paths: exact.map(({ path }) => path).sort(),
    prefixes: under.map(({ prefix }) => prefix),
    underPrefixes: under.reduce((sum, { count }) => sum + count, 0),
  };
}
