import type { Connection } from '../platform/database.ts';

/** A table with a column `object_key`. */
export interface ObjectKeyTable {
  name: string;
  /** Whether whoever asks sees every row of it, of whatever tenant. */
  isVisible: boolean;
}

/**
 * Every table that says which objects of the store are needed, from the catalog: one that is added tomorrow is among them.
 *
 * @param connection acts as `holder`
 */
export async function objectKeyTables(connection: Connection): Promise<ObjectKeyTable[]> {
  const { rows } = await connection.query<ObjectKeyTable>(
    `SELECT c.relname AS name,
            has_column_privilege(c.oid, 'object_key', 'SELECT') AND (NOT row_security_active(c.oid) OR (
              EXISTS (SELECT FROM pg_policy p, unnest(p.polroles) AS r (oid)
                       WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r') AND p.polpermissive
                         AND pg_has_role(current_user, r.oid, 'MEMBER') AND pg_get_expr(p.polqual, c.oid) = 'true')
              AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive))) AS "isVisible"
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'object_key' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) ORDER BY c.relname`,
  );
  return rows;
}

/**
 * @param tables from {@link objectKeyTables}
 * @returns those of the keys that a row has
 */
export async function knownObjectKeys(
  connection: Connection,
  tables: readonly Pick<ObjectKeyTable, 'name'>[],
  keys: readonly string[],
): Promise<Set<string>> {
  const each = tables.map(
    ({ name }) => `SELECT object_key FROM "${name.replaceAll('"', '""')}" WHERE object_key = ANY($1)`,
  );
  const { rows } = await connection.query<{ object_key: string }>(each.join(' UNION '), [keys]);
  return new Set(rows.map(({ object_key }) => object_key));
}
