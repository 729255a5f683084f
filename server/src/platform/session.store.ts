import type { Connection } from './database.ts';

/** As whom statements of this session run, and whether row level security holds for it. */
export interface SessionRole {
  name: string;
  bypasses: boolean;
}

/** Asks the database itself: what was wished at the start of a connection may have been dropped on the way. */
export async function sessionRole(connection: Connection): Promise<SessionRole> {
  const { rows } = await connection.query<SessionRole>(
    'SELECT rolname AS name, rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user',
  );
  return rows[0] ?? { name: '', bypasses: true };
}

/** Ends what another session of the same login is doing now. */
export async function cancelBackend(connection: Connection, backend: number): Promise<void> {
  await connection.query('SELECT pg_cancel_backend($1)', [backend]);
}
