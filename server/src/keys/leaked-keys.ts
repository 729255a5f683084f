import { randomBytes } from 'node:crypto';
import { writeEvent } from '../audit/event.store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import { randomId } from '../platform/ids.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { destroySomeKeys } from './leaked-keys.store.ts';
import { insertKey, lockOwner } from './store.ts';

/** Keys of one owner that somebody else may have. */
export interface LeakedKeys {
  tenantId: string;
  ownerId: string;
  kids: readonly string[];
  /** Id of whoever leaked them, by which the receipt is found again. */
  subject: string;
  /** Principal id, for the audit. */
  actor: string;
  /** Why, for the audit. */
  reason: string;
}

/**
 * Destroys keys that somebody else may have, and gives their owner a new one: unlike after a rotation nothing that was
 * signed by them goes on working, and unlike after a revocation the owner signs on.
 *
 * @returns the epoch from which they open nothing, and how many lived; undefined: none did
 */
export function replaceLeakedKeys(
  db: TenantDatabase,
  { tenantId, ownerId, kids, subject, actor, reason }: LeakedKeys,
): Promise<{ epoch: number; keys: number } | undefined> {
  return forTenant(db, tenantId, async (connection) => {
    const owner = await lockOwner(connection, tenantId, ownerId);
    const destroyed = await destroySomeKeys(connection, { tenantId, ownerId, kids });
    if (destroyed.kids.length === 0) return undefined;
    if (destroyed.hadActive && owner?.status === 'active') {
      await insertKey(connection, { kid: randomId(), tenantId, ownerId, salt: randomBytes(32) });
    }
    await writeEvent(connection, { event: 'key-leaked', tenantId, actor, owner: ownerId, reason });
    const change = { tenantId, change: 'key-rotated', ownerId, kids: destroyed.kids, subject } as const;
    return { epoch: await advanceEpoch(connection, change), keys: destroyed.kids.length };
  });
}
