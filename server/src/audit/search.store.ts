import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import type { Position } from './cursor.ts';

/** Whose rows may be seen: those of a tenant, or of one of its owners. */
export interface SearchScope {
  tenantId: string;
  /** Only rows of resources of this owner. */
  owner?: string | undefined;
}

/** What is looked for; what is absent is not filtered by. */
export interface SearchFilter {
  path?: string | undefined;
  owner?: string | undefined;
  signatureId?: string | undefined;
  event?: string | undefined;
}

/** A stretch of time, newest first. */
export interface SearchWindow {
  /** Rows after this one in the order; undefined: from the newest on. */
  after?: Position | undefined;
  /** Milliseconds since 1970; rows before this only. */
  before?: number | undefined;
  /** Milliseconds since 1970; rows at or after this only. */
  since?: number | undefined;
}

/** A row as it is found. */
export interface FoundRow extends Position {
  at: Date;
  event: string;
  path: string | null;
  resourceId: string | null;
  signatureId: string | null;
  actor: string | null;
  owner: string | null;
  reason: string | null;
  expiresAt: Date | null;
  status: number | null;
  bytes: number | null;
  holder: string | null;
}

const COLUMNS = `
  accessed_at AS at, event, resource_path AS path, resource_id AS "resourceId", signature_id AS "signatureId", actor,
  owner, reason, expires_at AS "expiresAt", status, bytes::float8 AS bytes, holder, writer,
  batch_no::float8 AS "batchNo", row_no AS "rowNo", (extract(epoch FROM accessed_at) * 1000000)::float8 AS micros`;

const timeOf = (micros: string): string => `(to_timestamp(0) + ${micros}::float8 * INTERVAL '1 microsecond')`;

/** @returns at most `limit` rows, newest first */
export async function findRows(
  database: TenantDatabase,
  search: { scope: SearchScope; filter: SearchFilter; window: SearchWindow; limit: number },
): Promise<FoundRow[]> {
  const { scope, filter, window, limit } = search;
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`tenant_id = ${parameter(scope.tenantId)}`];
  const equals = (column: string, value: string | undefined): void => {
    if (value !== undefined) conditions.push(`${column} = ${parameter(value)}`);
  };
  equals('owner', scope.owner);
  equals('owner', filter.owner);
  equals('resource_path', filter.path);
  equals('signature_id', filter.signatureId);
  equals('event', filter.event);
  const { after, before, since } = window;
  if (after) {
    const time = timeOf(parameter(after.micros));
    const [writer, batchNo, rowNo] = [after.writer, after.batchNo, after.rowNo].map(parameter);
    // The first condition follows from the second; it is what partitions are chosen by.
    conditions.push(`accessed_at <= ${time}`);
    conditions.push(
      `(accessed_at, writer, batch_no, row_no) < (${time}, ${writer}::uuid, ${batchNo}::int8, ${rowNo}::int4)`,
    );
  }
  if (before !== undefined) conditions.push(`accessed_at < ${timeOf(parameter(before * 1000))}`);
  if (since !== undefined) conditions.push(`accessed_at >= ${timeOf(parameter(since * 1000))}`);
  const { rows } = await readForTenant(database, scope.tenantId, (connection) =>
    connection.query<FoundRow>(
      `SELECT ${COLUMNS} FROM resource_access_logs WHERE ${conditions.join(' AND ')}
     ORDER BY accessed_at DESC, writer DESC, batch_no DESC, row_no DESC LIMIT ${parameter(limit)}`,
      values,
    ),
  );
  return rows;
}
