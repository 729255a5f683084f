import type { Principal } from '../identity/principal.ts';
import type { SearchScope } from './filter.store.ts';

/** @returns whose rows somebody may see: those of one's own resources, or the tenant's with `audit:read` */
export function visibleRows({ tenantId, id, permissions }: Principal): SearchScope {
  return { tenantId, owner: permissions.has('audit:read') ? undefined : id };
}
