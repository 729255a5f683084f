import type { Connection } from '../platform/database.ts';

/** Whose name must go. */
export interface ErasedPerson {
  tenantId: string;
  /** As rows name them: owner or principal id. */
  id: string;
}

/**
 * Empties the personal columns of every row of one stretch of time that names this person as owner or as actor, or whose
 * path names them. All six columns of such a row go, another person's name among them: one salt covers the six,
 * and has to go with the first of them. The commitment stays, so the row's leaf hash is what it was.
 *
 * @param window milliseconds since 1970, from (included) and to; undefined: without end
 * @returns how many rows
 */
export async function eraseRows(
  connection: Connection,
  person: ErasedPerson,
  window: { since: number | undefined; before: number | undefined },
): Promise<number> {
  const query = {
    text: `
      UPDATE resource_access_logs SET resource_path = NULL, actor = NULL, owner = NULL, reason = NULL, ip_prefix = NULL,
        user_agent = NULL, salt = NULL
      WHERE accessed_at >= coalesce(to_timestamp($4::float8 / 1000), '-infinity')
        AND accessed_at < coalesce(to_timestamp($5::float8 / 1000), 'infinity')
        AND tenant_id = $1 AND (owner = $2 OR actor = $2 OR resource_path ^@ $3)`,
    values: [person.tenantId, person.id, folderOf(person.id), window.since, window.before],
    query_timeout: 300_000,
  };
  return (await connection.query(query)).rowCount ?? 0;
}

/**
 * Empties the rows of takedowns that name one of these paths: as a whole, or as the beginning of its last segment. One that
 * names a folder, such as `public/team/`, names nobody of those in it.
 *
 * @param paths what was an erased person's
 * @returns how many rows
 */
export async function eraseTakedownRows(
  connection: Connection,
  { tenantId, paths }: { tenantId: string; paths: readonly string[] },
  window: { since: number | undefined; before: number | undefined },
): Promise<number> {
  const query = {
    text: `
      UPDATE resource_access_logs SET resource_path = NULL, actor = NULL, owner = NULL, reason = NULL, ip_prefix = NULL,
        user_agent = NULL, salt = NULL
      WHERE accessed_at >= coalesce(to_timestamp($3::float8 / 1000), '-infinity')
        AND accessed_at < coalesce(to_timestamp($4::float8 / 1000), 'infinity')
        AND tenant_id = $1 AND event IN ('prefix-revoked', 'change-replayed') AND resource_path NOT LIKE '%/'
        AND EXISTS (SELECT FROM unnest($2::text[]) AS p (path)
                     WHERE p.path ^@ resource_path AND strpos(substr(p.path, length(resource_path) + 1), '/') = 0)`,
    values: [tenantId, paths, window.since, window.before],
    query_timeout: 300_000,
  };
  return (await connection.query(query)).rowCount ?? 0;
}

/** Where documents lay before owners had handles; an old URL, or somebody who guesses, may still name it. */
const folderOf = (id: string): string => `users/${id}/`;
