import type { Position } from './cursor.ts';

/** Whose rows may be seen: those of a tenant, or of one of its owners. */
export interface SearchScope {
  tenantId: string;
  /** Only rows of resources of this owner. */
  owner?: string | undefined;
}

/** The whole log with what belongs to no tenant: for whoever runs the deployment, never for a caller of the API. */
export const EVERY_TENANT = 'every tenant';

/** What is looked for; what is absent is not filtered by. */
export interface SearchFilter {
  path?: string | undefined;
  /** Beginning of the path, character by character: `users/ada/` finds everything below, `users/a` more. */
  pathPrefix?: string | undefined;
  owner?: string | undefined;
  actor?: string | undefined;
  reason?: string | undefined;
  /** HTTP status. */
  status?: number | undefined;
  signatureId?: string | undefined;
  event?: string | undefined;
}

/** A stretch of time. */
export interface SearchWindow {
  /** Rows after this one in the order newest first; undefined: from the newest on. */
  after?: Position | undefined;
  /** Milliseconds since 1970; rows before this only. */
  before?: number | undefined;
  /** Milliseconds since 1970; rows at or after this only. */
  since?: number | undefined;
}

/** A condition with the values of its `$1`, `$2`, ... */
export interface Condition {
  sql: string;
  values: unknown[];
}

const FIRST_YEAR = Date.parse('0001-01-01T00:00:00Z');
const YEAR_10000 = Date.UTC(10_000, 0);

/**
 * A value of its own and no expression: partitions are then left out before they are planned for, which is most of what
 * a search costs.
 *
 * @param micros since 1970, a whole number
 */
function timeText(micros: number): string {
  const milliseconds = Math.floor(micros / 1000);
  // ISO 8601 spells years of other than four digits otherwise than PostgreSQL, and there is no row of them.
  if (milliseconds < FIRST_YEAR) return '-infinity';
  if (milliseconds >= YEAR_10000) return 'infinity';
  const rest = String(micros - milliseconds * 1000).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
}

/** @returns what a row must be to be seen and found */
export function conditionOf(
  scope: SearchScope | typeof EVERY_TENANT,
  filter: SearchFilter,
  window: SearchWindow,
  hiddenEvents: readonly string[] = [],
): Condition {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['true'];
  const compare = (column: string, operator: string, value: string | number | undefined): void => {
    if (value !== undefined) conditions.push(`${column} ${operator} ${parameter(value)}`);
  };
  if (scope !== EVERY_TENANT) {
    compare('tenant_id', '=', scope.tenantId);
    compare('owner', '=', scope.owner);
  }
  compare('resource_path', '=', filter.path);
  compare('resource_path', '^@', filter.pathPrefix);
  compare('owner', '=', filter.owner);
  compare('actor', '=', filter.actor);
  compare('reason', '=', filter.reason);
  compare('status', '=', filter.status);
  compare('signature_id', '=', filter.signatureId);
  compare('event', '=', filter.event);
  if (hiddenEvents.length > 0) conditions.push(`event <> ALL(${parameter(hiddenEvents)}::text[])`);
  const { after, before, since } = window;
  if (after) {
    const time = `${parameter(timeText(after.micros))}::timestamptz`;
    const [writer, batchNo, rowNo] = [after.writer, after.batchNo, after.rowNo].map(parameter);
    // The first condition follows from the second; it is what partitions are chosen by.
    conditions.push(`accessed_at <= ${time}`);
    conditions.push(
      `(accessed_at, writer, batch_no, row_no) < (${time}, ${writer}::uuid, ${batchNo}::int8, ${rowNo}::int4)`,
    );
  }
  const at = (milliseconds: number): string =>
    `${parameter(timeText(Math.floor(milliseconds) * 1000))}::timestamptz`;
  if (before !== undefined) conditions.push(`accessed_at < ${at(before)}`);
  if (since !== undefined) conditions.push(`accessed_at >= ${at(since)}`);
  return { sql: conditions.join(' AND '), values };
}
