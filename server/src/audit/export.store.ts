import type { Connection } from '../platform/database.ts';
import type { Condition } from './filter.store.ts';
import { FOUND_COLUMNS, type FoundRow } from './search.store.ts';

/** @returns the process that serves this connection in the database: what `TenantDatabase.cancel` takes */
export async function backendOf(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** Prepares to read rows from the oldest on. One at a time. */
export async function openCursor(connection: Connection, { sql, values }: Condition): Promise<void> {
  await connection.query({
    text: `DECLARE exported NO SCROLL CURSOR FOR SELECT ${FOUND_COLUMNS} FROM resource_access_logs WHERE ${sql}
           ORDER BY accessed_at, writer, batch_no, row_no`,
    values,
  });
}

/** @returns the next rows, none at the end */
export async function fetchRows(
  connection: Connection,
  count: number,
  milliseconds: number,
): Promise<FoundRow[]> {
  // Of the first rows of a day the database sorts all of it.
  const fetch = { text: `FETCH ${Math.ceil(count)} FROM exported`, query_timeout: milliseconds };
  const { rows } = await connection.query<FoundRow>(fetch);
  return rows;
}

export async function closeCursor(connection: Connection): Promise<void> {
  await connection.query('CLOSE exported');
}
