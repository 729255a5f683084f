import { writeEvent } from '../audit/event.store.ts';
import { countLiveUrls } from '../audit/issued-urls.store.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import { newKey, ownerRevoked, unknownOwner } from '../keys/owner-keys.ts';
import { findActiveKey, insertKey, lockOwner } from '../keys/store.ts';
import type { Preview } from '../leases/dry-run.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import { lastEpochOf } from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { Problem } from '../platform/problem.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import {
  deleteResource,
  discardBlob,
  findForChange,
  giveResource,
  lockResource,
  rotateResource,
  type LockedResource,
} from './change.store.ts';
import { arrive, type CopiedResource } from './arrival.ts';
import {
  DELETED,
  ILLUSTRATED,
  OVERWRITTEN,
  QUARANTINED,
  RELEASED,
  RESTORED,
  ROTATED,
  type Kind,
} from './change-kinds.ts';
import { requireRevision } from './expected-revision.ts';
import { withVersions } from './keep-version.ts';
import type { Leftovers } from './leftovers.ts';
import { alreadyOwner, deletedBefore, mayChange, noResource, refuseErasing } from './may-change.ts';
import { quarantineResource } from './quarantine.store.ts';
import { removeVersion } from './version.store.ts';

/** What is to change, and who says so. */
export interface ResourceOrder {
  principal: Principal;
  /** Of the resource. */
  id: string;
  /** Why, for the audit. */
  reason?: string | undefined;
  /** Only if the resource is at this revision still. */
  revision?: number | undefined;
}

/**
 * What is done to a resource whose row is locked; what fails it leaves everything as it was.
 *
 * @returns paths of older versions whose URLs it ends too
 */
export type Work = (connection: TenantConnection, resource: LockedResource) => Promise<string[]>;

/** 409 `already-quarantined`. */
const alreadyQuarantined = (): Problem =>
  new Problem(409, 'already-quarantined', 'The resource is in quarantine', 'Its URLs are dead already.');

/**
 * Changes after which no old URL of a resource opens anything: each is one entry of the epoch log, one event of the audit
 * and one receipt. Owners change what is theirs; others need a permission.
 */
export class ResourceChanges {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;
  readonly #leftovers: Leftovers;

  constructor(db: TenantDatabase, receipts: Receipts, leftovers: Leftovers) {
    this.#db = db;
    this.#receipts = receipts;
    this.#leftovers = leftovers;
  }

  /**
   * Ends the old URLs; new ones work. Each call ends those from before it.
   *
   * @throws Problem not-found, forbidden, owner-revoked
   */
  rotate(order: ResourceOrder): Promise<Settling> {
    return this.#end(order, ROTATED, async (connection, resource) => {
      await rotateResource(connection, resource);
      return withVersions(connection, resource, (version) => rotateResource(connection, version));
    });
  }

  /**
   * Removes the resource and, once nobody can serve it any more, its bytes. What is uploaded to the same path later is
   * opened by no URL from before. Repeating it gives the same epoch.
   *
   * @throws Problem not-found, forbidden, owner-revoked
   */
  async delete(order: ResourceOrder): Promise<Settling> {
    const settling = await this.#end(order, DELETED, async (connection, resource) => {
      await deleteResource(connection, resource);
      if (resource.objectKey !== null) await discardBlob(connection, resource.tenantId, resource.objectKey);
      return withVersions(connection, resource, (version) => removeVersion(connection, version));
    });
    return this.#clearAfter(settling);
  }

  /**
   * Puts other bytes in the place of those that were there. A URL opens only what was there when it was signed.
   *
   * @param size of the new bytes
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, changed-meanwhile
   */
  overwrite(order: ResourceOrder, size: number, replace: Work): Promise<Settling> {
    return this.#replace(order, OVERWRITTEN, replace, size);
  }

  /** As `overwrite`, with bytes that were there before. */
  restore(order: ResourceOrder, replace: Work): Promise<Settling> {
    return this.#replace(order, RESTORED, replace);
  }

  /** As `overwrite`, of what stands for the bytes and is not them: another poster of a film. */
  illustrate(order: ResourceOrder, size: number, replace: Work): Promise<Settling> {
    return this.#replace(order, ILLUSTRATED, replace, size);
  }

  async #replace(order: ResourceOrder, kind: Kind, replace: Work, size?: number): Promise<Settling> {
    const settling = await this.#end(
      order,
      kind,
      async (connection, resource) => {
        requireRevision(order.revision, resource);
        await refuseErasing(connection, resource.tenantId, resource.ownerId);
        return replace(connection, resource);
      },
      size,
    );
    return this.#clearAfter(settling);
  }

  /**
   * Lets nobody open or sign the resource until it is released; URLs from before stay dead then too.
   * @throws Problem not-found, already-quarantined
   */
  quarantine(order: ResourceOrder): Promise<Settling> {
    return this.#end(order, QUARANTINED, async (connection, resource) => {
      if (resource.state === 'quarantined') throw alreadyQuarantined();
      if (resource.state !== 'completed') throw noResource();
      await quarantineResource(connection, resource);
      return withVersions(connection, resource, async (version) => {
        if (version.state === 'completed') await quarantineResource(connection, version);
      });
    });
  }

  /**
   * Makes what is in quarantine a resource again: a change like the others, as holders know it as quarantined.
   *
   * @param size of the bytes @param work what fails leaves it in quarantine @throws Problem not-found, owner-erasing
   */
  async release(
    order: ResourceOrder,
    size: number,
    work: (connection: TenantConnection, resource: LockedResource) => Promise<void>,
  ): Promise<Settling> {
    const release: Work = async (connection, resource) => {
      await refuseErasing(connection, resource.tenantId, resource.ownerId);
      await work(connection, resource);
      return [];
    };
    return this.#clearAfter(await this.#end(order, RELEASED, release, size));
  }

  /**
   * Gives the resource another path and a copy of its bytes. URLs from before are dead, and open nothing when it comes back.
   *
   * @param event of the audit at the path from before; at the new one it is `resource-arrived`
   * @param plan what was copied, to which object, and where it is to be
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing; resource-busy when it is not what was copied
   */
  async move(
    order: ResourceOrder,
    event: string,
    plan: CopiedResource,
  ): Promise<{ newPath: string; settling: Settling }> {
    let newPath = plan.resource.path;
    const moved: Kind = { change: 'path-moved', event, permission: 'resource:assign' };
    const settling = await this.#end(order, moved, async (connection) => {
      const paths = await arrive(connection, order, plan);
      newPath = paths[0];
      return paths;
    });
    return { newPath, settling: this.#clearAfter(settling) };
  }

  /**
   * Gives the resource to another owner, under the same path. URLs that were signed with the key of the one before are
   * dead; new ones are signed with the new owner's. Repeating it gives the same epoch.
   *
   * @param to id of an owner who is known and not revoked
   * @throws Problem not-found, unknown-owner, owner-revoked, owner-erasing, already-owner
   */
  async transfer(
    {
      principal,
      id,
      reason,
    }: Omit<ResourceOrder, 'principal'> & { principal: Pick<Principal, 'tenantId' | 'id'> },
    to: string,
  ): Promise<Settling> {
    const { tenantId } = principal;
    const about = { tenantId, change: 'path-transferred', subject: id } as const;
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const receiver = await lockOwner(connection, tenantId, to);
      const resource = await lockResource(connection, tenantId, id);
      if (!resource || resource.versionOf !== null) throw noResource();
      if (!receiver) throw unknownOwner(to);
      if (receiver.status === 'revoked') throw ownerRevoked();
      if (resource.ownerId === to) {
        const earlier = await lastEpochOf(connection, about);
        if (earlier === undefined) throw alreadyOwner();
        return earlier;
      }
      await refuseErasing(connection, tenantId, to);
      await refuseErasing(connection, tenantId, resource.ownerId);
      // Of somebody whose first upload failed nothing could be signed.
      if (!(await findActiveKey(connection, tenantId, to))) {
        await insertKey(connection, newKey(tenantId, to));
      }
      await giveResource(connection, resource, to);
      const versions = await withVersions(connection, resource, (version) =>
        giveResource(connection, version, to),
      );
      const { path, ownerId } = resource;
      const row = { tenantId, path, resourceId: id, actor: principal.id, reason };
      // Both find it in the audit of what is theirs.
      await writeEvent(connection, { ...row, event: 'resource-transferred', owner: ownerId });
      await writeEvent(connection, { ...row, event: 'resource-received', owner: to });
      return advanceEpoch(connection, { ...about, paths: [path, ...versions], ownerId });
    });
    return { epoch, receipt: this.#receipts.settle(epoch) };
  }

  /** @returns the resource, when these orders would overwrite it @throws Problem not-found, forbidden, owner-revoked */
  requireOverwritable({ principal, id }: ResourceOrder): Promise<LockedResource> {
    return this.#seen(principal, id, OVERWRITTEN.permission);
  }

  /** What one of these would end. @throws as that would */
  async preview({ principal, id }: ResourceOrder, permission: Permission): Promise<Preview> {
    const { tenantId } = principal;
    const { path } = await this.#seen(principal, id, permission);
    const urls = await readForTenant(this.#db, tenantId, (connection) =>
      countLiveUrls(connection, tenantId, { path }),
    );
    return { dryRun: true, resources: 1, urls };
  }

  #seen(principal: Principal, id: string, permission: Permission): Promise<LockedResource> {
    const { tenantId } = principal;
    return readForTenant(this.#db, tenantId, async (connection) => {
      const found = await findForChange(connection, tenantId, id);
      return mayChange(connection, principal, found, permission);
    });
  }

  async #end(
    { principal, id, reason }: ResourceOrder,
    { change, event, permission }: Kind,
    work: Work,
    bytes?: number,
  ): Promise<Settling> {
    const { tenantId } = principal;
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const found = await lockResource(connection, tenantId, id);
      const done =
        found || change !== DELETED.change ? undefined : await deletedBefore(connection, principal, id);
      if (done !== undefined) return done;
      const resource = await mayChange(connection, principal, found, permission);
      const versions = await work(connection, resource);
      const { path, ownerId } = resource;
      await writeEvent(connection, {
        ...{ event, tenantId, path, resourceId: id, actor: principal.id, owner: ownerId, reason, bytes },
      });
      return advanceEpoch(connection, { tenantId, change, paths: [path, ...versions], ownerId, subject: id });
    });
    return { epoch, receipt: this.#receipts.settle(epoch) };
  }

  /** Bytes stay until nobody serves them any more: who has not heard of the change would fail instead of refuse. */
  #clearAfter(settling: Settling): Settling {
    void settling.receipt.catch(() => undefined).then(() => this.#leftovers.clearDiscarded());
    return settling;
  }
}
