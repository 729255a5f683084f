import { EVERY_TENANT, type SearchFilter, type SearchScope } from './filter.store.ts';
import type { StoredRow } from './stored-row.ts';

const MICROS = 1000;

/**
 * The filters of a search for rows that are read otherwise than by one. The same rows are found.
 *
 * @param query times in milliseconds since 1970; `since` is included, `until` is not
 */
export function isFoundBy(
  scope: SearchScope | typeof EVERY_TENANT,
  query: SearchFilter & { since?: number | undefined; until?: number | undefined },
): (row: StoredRow) => boolean {
  const { path, pathPrefix, owner, actor, reason, status, signatureId, event, since, until } = query;
  const isOrAny = <T>(wanted: T | undefined, value: T | null | undefined): boolean =>
    wanted === undefined || value === wanted;
  return ({ row }) =>
    (scope === EVERY_TENANT || (row.tenantId === scope.tenantId && isOrAny(scope.owner, row.owner))) &&
    isOrAny(path, row.path) &&
    (pathPrefix === undefined || (row.path?.startsWith(pathPrefix) ?? false)) &&
    isOrAny(owner, row.owner) &&
    isOrAny(actor, row.actor) &&
    isOrAny(reason, row.reason) &&
    isOrAny(status, row.status) &&
    isOrAny(signatureId, row.signatureId) &&
    isOrAny(event, row.event) &&
    (since === undefined || row.at >= since * MICROS) &&
    (until === undefined || row.at < until * MICROS);
}
