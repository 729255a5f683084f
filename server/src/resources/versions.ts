import { writeEvent } from '../audit/event.store.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import { forbidden, type Principal } from '../identity/principal.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { notFound } from '../platform/problem.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import { deleteResource, lockResource } from './change.store.ts';
import { replaceKeeping } from './keep-version.ts';
import type { Leftovers } from './leftovers.ts';
import { mayChange } from './may-change.ts';
import { listVersions, lockVersions, removeVersion, type KeptVersion } from './version.store.ts';
import type { VisibleResources } from './visible-resources.ts';

const noVersion = (): Error => notFound('There is no such version.');

/** One version of one resource. */
export interface VersionOrder extends ResourceOrder {
  /** Its number. */
  version: number;
}

/** What was overwritten and is kept: listed, brought back, deleted. */
export class Versions {
  readonly #parts: {
    db: TenantDatabase;
    receipts: Receipts;
    changes: ResourceChanges;
    leftovers: Leftovers;
    visible: VisibleResources;
    /** Versions of one resource. */
    most: number;
  };

  constructor(parts: {
    db: TenantDatabase;
    receipts: Receipts;
    changes: ResourceChanges;
    leftovers: Leftovers;
    visible: VisibleResources;
    most: number;
  }) {
    this.#parts = parts;
  }

  /**
   * For the owner, and whoever sees everything: a member of a collection sees what is there now.
   *
   * @returns newest first @throws Problem not-found, forbidden
   */
  async list(principal: Principal, id: string): Promise<KeptVersion[]> {
    const { db, visible } = this.#parts;
    const { ownerId, tenantId } = await visible.get(principal, { id });
    if (ownerId !== principal.id && !principal.permissions.has('resource:view-all')) {
      throw forbidden('resource:view-all');
    }
    return readForTenant(db, tenantId, (connection) => listVersions(connection, { tenantId, id }));
  }

  /**
   * Puts the bytes of a version in the place of those that are there, as if somebody had uploaded them again: with a new
   * number, while what was there becomes a version itself. No byte is moved in the store. Old URLs of both are dead.
   *
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, changed-meanwhile; `quarantined`: it is in
   *   quarantine
   */
  restore({ version: number, ...order }: VersionOrder): Promise<Settling> {
    const { changes, most } = this.#parts;
    return changes.restore({ ...order, reason: `version=${number}` }, async (connection, resource) => {
      const version = await lockVersion(connection, resource, number);
      if (version.state !== 'completed') {
        throw findingProblem({
          verdict: 'quarantined',
          code: 'not-scanned',
          reason: 'Release the version first.',
        });
      }
      // Its object becomes the resource's, so its row goes and its object stays.
      await deleteResource(connection, version);
      const { contentType, objectKey, size, sha256 } = version;
      const bytes = { contentType, objectKey, size, sha256, uploadedBy: order.principal.id };
      return [version.path, ...(await replaceKeeping(connection, resource, bytes, { most }))];
    });
  }

  /**
   * Removes a version and, once nobody can serve it any more, its bytes.
   *
   * @throws Problem not-found, forbidden, owner-revoked
   */
  async delete({ principal, id, version: number }: VersionOrder): Promise<Settling> {
    const { db, receipts, leftovers } = this.#parts;
    const { tenantId } = principal;
    const epoch = await forTenant(db, tenantId, async (connection) => {
      const found = await lockResource(connection, tenantId, id);
      const resource = await mayChange(connection, principal, found, 'resource:delete');
      const version = await lockVersion(connection, resource, number);
      await removeVersion(connection, version);
      const { path, id: subject } = version;
      const { ownerId } = resource;
      await writeEvent(connection, {
        ...{ event: 'version-deleted', tenantId, path: resource.path, resourceId: id, actor: principal.id },
        ...{ owner: ownerId, reason: `version=${number}`, bytes: version.size },
      });
      return advanceEpoch(connection, { tenantId, change: 'path-deleted', paths: [path], ownerId, subject });
    });
    const settling = { epoch, receipt: receipts.settle(epoch) };
    // Bytes stay until nobody serves them any more.
    void settling.receipt.catch(() => undefined).then(() => leftovers.clearDiscarded());
    return settling;
  }
}

async function lockVersion(
  connection: TenantConnection,
  resource: { tenantId: string; id: string },
  number: number,
): Promise<KeptVersion> {
  const found = (await lockVersions(connection, resource)).find(({ version }) => version === number);
  if (!found) throw noVersion();
  return found;
}
