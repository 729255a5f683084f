import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import type { ChangeKind } from '../leases/change.ts';
import type { StoredReceipt } from '../leases/receipt.store.ts';

/** What lets somebody make such a change of anything in the tenant, and so read its receipt. */
const MAKES: Partial<Record<ChangeKind, Permission>> = {
  'path-overwritten': 'resource:upload-all',
  'path-rotated': 'resource:rotate',
  'path-deleted': 'resource:delete',
  'path-transferred': 'resource:transfer',
  'path-moved': 'resource:assign',
  'prefix-revoked': 'path:revoke',
  'signature-revoked': 'signature:revoke',
};

/** Changes that owners make of what is theirs. */
const OF_OWNERS: readonly ChangeKind[] = ['path-overwritten', 'path-rotated', 'path-deleted', 'path-moved'];

/**
 * Whether somebody may read a receipt: whoever may revoke owners, or read the whole audit, reads all; whoever may make such
 * a change reads those of its kind; and owners those of changes of what is theirs. Who it was that made one is in the audit alone.
 */
export function mayRead(
  { id, permissions }: Pick<Principal, 'id' | 'permissions'>,
  { change, ownerId }: Pick<StoredReceipt, 'change' | 'ownerId'>,
): boolean {
  const needed = MAKES[change];
  return (
    permissions.has('owner:revoke') ||
    permissions.has('audit:read') ||
    (needed !== undefined && permissions.has(needed)) ||
    (ownerId === id && OF_OWNERS.includes(change))
  );
}
