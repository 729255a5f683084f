import { randomBytes } from 'node:crypto';
import { writeEvent } from '../audit/event.store.ts';
import type { Principal } from '../identity/principal.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import {
  findReceipt,
  listReceipts,
  type ListedReceipt,
  type ReceiptFilter,
} from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { randomId } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { isInSome } from './membership.store.ts';
import { mayRead } from './readable-receipts.ts';
import {
  destroyKeys,
  findActiveKey,
  findHandle,
  insertKey,
  insertOwner,
  isErasing,
  lastRevocation,
  listOwners,
  lockOwner,
  setOwnerStatus,
  type OwnerSummary,
} from './store.ts';

/** 404 `unknown-owner`. An owner of another tenant is unknown too. */
export const unknownOwner = (ownerId: string): Problem =>
  new Problem(404, 'unknown-owner', 'There is no such owner', `No owner ${JSON.stringify(ownerId)} here.`);

/** 403 `owner-revoked`: the owner's key was destroyed. */
export const ownerRevoked = (): Problem =>
  new Problem(
    403,
    'owner-revoked',
    'The owner of this resource was revoked',
    'POST /owners/{id}/reinstate makes a new key; URLs signed before stay dead.',
  );

/** 409 `owner-active`. */
export const ownerActive = (detail: string): Problem =>
  new Problem(409, 'owner-active', 'The owner is not revoked', detail);

/** What is known of a revocation. */
export type Revocation = Settling;

/** 409 `owner-erasing`: there is no way back. */
export const ownerErasing = (): Problem =>
  new Problem(
    409,
    'owner-erasing',
    'The owner is being erased',
    'An erasure that was ordered is carried out. Wait for its certificate.',
  );

/** Somebody who is to own resources. */
export interface KnownOwner {
  tenantId: string;
  id: string;
  name: string;
  /** Of one who is not known yet; random when it is not said. */
  handle?: string | undefined;
}

/** Who changes an owner's keys, and whose. */
export interface OwnerAction {
  tenantId: string;
  ownerId: string;
  /** Principal id, for the audit. */
  actor: string;
  /** Why, for the audit. */
  reason?: string | undefined;
}

/** Makes and destroys the keys of owners. */
export class OwnerKeys {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;

  constructor(db: TenantDatabase, receipts: Receipts) {
    this.#db = db;
    this.#receipts = receipts;
  }

  /**
   * What stands for the owner in paths such as `users/{handle}/documents/a.pdf`: 128 random bits, which say nothing of
   * the person and are the owner's for as long as the owner is known.
   */
  async handleOf(owner: KnownOwner): Promise<string> {
    const known = await readForTenant(this.#db, owner.tenantId, (connection) =>
      findHandle(connection, owner.tenantId, owner.id),
    );
    if (known !== undefined) return known;
    return forTenant(this.#db, owner.tenantId, async (connection) => {
      await insertOwner(connection, { ...owner, handle: owner.handle ?? randomId() });
      const handle = await findHandle(connection, owner.tenantId, owner.id);
      if (handle === undefined) throw new Error('an owner that was just made known is not there');
      return handle;
    });
  }

  /**
   * Makes the owner known, with a first key. One who is known, or revoked, stays so.
   *
   * @returns whether the owner has a live key
   */
  async know(connection: TenantConnection, owner: KnownOwner): Promise<boolean> {
    await insertOwner(connection, { ...owner, handle: owner.handle ?? randomId() });
    return this.isStill(connection, { tenantId: owner.tenantId, id: owner.id });
  }

  /**
   * Asks for an owner who was known when the request began; a first key is made where there is none. Nobody becomes an
   * owner by it: who was erased meanwhile would be there again after the certificate.
   *
   * @param owner.handle as `handleOf` answered then: who is known again since an erasure is somebody else
   * @returns whether the owner has a live key; whose lock is held then
   */
  async isStill(
    connection: TenantConnection,
    { tenantId, id, handle }: Pick<KnownOwner, 'tenantId' | 'id' | 'handle'>,
  ): Promise<boolean> {
    const locked = await lockOwner(connection, tenantId, id);
    if (locked?.status !== 'active' || (handle ?? locked.handle) !== locked.handle) return false;
    if (!(await findActiveKey(connection, tenantId, id))) await insertKey(connection, newKey(tenantId, id));
    return true;
  }

  /**
   * Destroys every key of the owner: each URL to everything they own is dead when the receipt arrives. Repeating it
   * gives the same epoch. The specification's `revokeSignatureKey(employeeId)` (001). Who is a member of a collection and
   * owns nothing is revoked likewise, and is in none from then on.
   *
   * @param only asked under the owner's lock: when it throws, nothing is revoked
   * @throws unknownOwner, and what `only` throws
   */
  async revokeSignatureKey(
    { tenantId, ownerId, actor, reason }: OwnerAction,
    only?: (connection: TenantConnection) => Promise<void>,
  ): Promise<Revocation> {
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const owner = await lockRevocable(connection, tenantId, ownerId);
      if (!owner) throw unknownOwner(ownerId);
      await only?.(connection);
      if (owner.status === 'revoked') {
        const earlier = await lastRevocation(connection, tenantId, ownerId);
        if (earlier !== undefined) return earlier;
      }
      const kids = await destroyKeys(connection, tenantId, ownerId);
      await setOwnerStatus(connection, tenantId, ownerId, 'revoked');
      await writeEvent(connection, { event: 'key-revoked', tenantId, actor, owner: ownerId, reason });
      return advanceEpoch(connection, { tenantId, change: 'key-revoked', ownerId, kids });
    });
    return { epoch, receipt: this.#receipts.settle(epoch) };
  }

  /** @returns what became of the change of this epoch; undefined when this tenant has none, or not for this reader */
  async revocation(reader: Principal, epoch: number): Promise<Revocation | undefined> {
    const found = await findReceipt(this.#db, reader.tenantId, epoch);
    if (!found || !mayRead(reader, found)) return undefined;
    return {
      epoch: found.epoch,
      receipt: found.receipt ? Promise.resolve(found.receipt) : this.#receipts.settle(found.epoch),
    };
  }

  /** @returns receipts of the tenant, of whatever change, the newest first */
  receipts(filter: ReceiptFilter): Promise<ListedReceipt[]> {
    return readForTenant(this.#db, filter.tenantId, (connection) => listReceipts(connection, filter));
  }

  /** @returns every owner of the tenant, by name */
  list(tenantId: string): Promise<OwnerSummary[]> {
    return listOwners(this.#db, tenantId);
  }

  /**
   * Gives a revoked owner a new key. URLs signed before stay dead: their key no longer exists.
   *
   * @throws unknownOwner
   * @throws ownerActive
   * @throws Problem owner-erasing
   */
  async reinstate({
    tenantId,
    ownerId,
    actor,
    reason,
  }: OwnerAction): Promise<{ generation: number; epoch: number }> {
    const reinstated = await forTenant(this.#db, tenantId, async (connection) => {
      const owner = await lockOwner(connection, tenantId, ownerId);
      if (!owner) throw unknownOwner(ownerId);
      if (owner.status === 'active') {
        throw ownerActive('There is nothing to reinstate.');
      }
      if (await isErasing(connection, tenantId, ownerId)) throw ownerErasing();
      const generation = await insertKey(connection, newKey(tenantId, ownerId));
      await setOwnerStatus(connection, tenantId, ownerId, 'active');
      await writeEvent(connection, { event: 'key-reinstated', tenantId, actor, owner: ownerId, reason });
      const epoch = await advanceEpoch(connection, { tenantId, change: 'owner-reinstated', ownerId });
      return { generation, epoch };
    });
    // It stops nothing, so nobody waits for other servers: they sign again within a lease, this one at once.
    await this.#receipts.applyHere(reinstated.epoch).catch(() => undefined);
    return reinstated;
  }
}

/** Takes the lock of an owner. Who is a member of a collection is one from then on. @returns undefined: is neither */
async function lockRevocable(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<Awaited<ReturnType<typeof lockOwner>>> {
  const owner = await lockOwner(connection, tenantId, id);
  if (owner || !(await isInSome(connection, { tenantId, ownerId: id }))) return owner;
  await insertOwner(connection, { tenantId, id, name: id, handle: randomId() });
  return lockOwner(connection, tenantId, id);
}

/** Material of a key that is not stored yet. */
export function newKey(
  tenantId: string,
  ownerId: string,
): { kid: string; tenantId: string; ownerId: string; salt: Buffer } {
  return { kid: randomId(), tenantId, ownerId, salt: randomBytes(32) };
}
