import { MAX_TTL_SECONDS } from '@countersign/signed-url';
import { writeEvent } from '../audit/event.store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts } from '../leases/receipts.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { newKey, unknownOwner, type OwnerAction } from './owner-keys.ts';
import { retireActiveKey } from './rotation.store.ts';
import { insertKey, lockOwner } from './store.ts';

/**
 * How long a key is kept after it was rotated, seconds. No URL lives longer than `MAX_TTL_SECONDS`; a server that has
 * not heard of the rotation signs with the old key for two minutes more (audit/issuance.store.ts), and clocks differ.
 */
export const KEPT_SECONDS = MAX_TTL_SECONDS + 300;

/** 409 `nothing-to-rotate`: a revoked owner has no key that could be renewed. */
export const nothingToRotate = (): Problem =>
  new Problem(
    409,
    'nothing-to-rotate',
    'The owner is revoked',
    'There is no key to rotate. POST /owners/{id}/reinstate makes a new one.',
  );

/** What became of a rotation. */
export interface Rotation {
  /** Of the key that signs from now on. */
  generation: number;
  epoch: number;
  /** When the old key may be destroyed: its last URL has expired by then. Null: the owner had no key. */
  oldKeyEndsAt: Date | null;
}

/** @returns when a key that was rotated at this moment may be destroyed */
export const endOf = (retiredAt: Date): Date => new Date(retiredAt.getTime() + KEPT_SECONDS * 1000);

/** Renews the keys of owners without ending a URL. */
export class KeyRotation {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;

  constructor(db: TenantDatabase, receipts: Receipts) {
    this.#db = db;
    this.#receipts = receipts;
  }

  /**
   * Gives the owner a new key, which signs every URL from now on at this server, and at the others once they have
   * heard of it: within a lease. The old key goes on opening what it has signed until the last of it has expired.
   * Repeating it makes another key.
   *
   * @throws unknownOwner
   * @throws nothingToRotate
   */
  async rotate({ tenantId, ownerId, actor, reason }: OwnerAction): Promise<Rotation> {
    const rotation = await forTenant(this.#db, tenantId, async (connection) => {
      const owner = await lockOwner(connection, tenantId, ownerId);
      if (!owner) throw unknownOwner(ownerId);
      if (owner.status === 'revoked') throw nothingToRotate();
      const old = await retireActiveKey(connection, tenantId, ownerId);
      const key = newKey(tenantId, ownerId);
      const generation = await insertKey(connection, key);
      await writeEvent(connection, {
        event: 'key-rotated',
        tenantId,
        actor,
        owner: ownerId,
        reason,
        kid: key.kid,
      });
      // It names the owner, and not the old key: that may be used on.
      const epoch = await advanceEpoch(connection, { tenantId, change: 'key-rotated', ownerId });
      return { generation, epoch, oldKeyEndsAt: old ? endOf(old.retiredAt) : null };
    });
    // It stops nothing, so nobody waits for other servers.
    await this.#receipts.applyHere(rotation.epoch).catch(() => undefined);
    return rotation;
  }
}
