import type { Permission } from '../identity/permissions.ts';
import type { ChangeKind } from '../leases/change.ts';

/** How a change of a resource is called, and what it takes. */
export interface Kind {
  change: ChangeKind & `path-${string}`;
  event: string;
  /** What somebody needs who is not the owner. */
  permission: Permission;
}

export const ROTATED: Kind = {
  change: 'path-rotated',
  event: 'resource-rotated',
  permission: 'resource:rotate',
};
export const DELETED: Kind = {
  change: 'path-deleted',
  event: 'resource-deleted',
  permission: 'resource:delete',
};
export const OVERWRITTEN: Kind = {
  change: 'path-overwritten',
  event: 'resource-overwritten',
  permission: 'resource:upload-all',
};
export const RESTORED: Kind = { ...OVERWRITTEN, event: 'resource-restored' };
export const ILLUSTRATED: Kind = { ...OVERWRITTEN, event: 'poster-stored' };
export const QUARANTINED: Kind = {
  change: 'path-quarantined',
  event: 'resource-quarantined',
  permission: 'resource:quarantine',
};
export const RELEASED: Kind = { ...QUARANTINED, change: 'path-recreated', event: 'resource-released' };
