import { storedObject } from '../hygiene/examination.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import type { Permission } from '../identity/permissions.ts';
import { forbidden, type Principal } from '../identity/principal.ts';
import type { Settling } from '../leases/receipts.ts';
import { newBlobKey } from '../platform/blob-store.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { notFound, Problem } from '../platform/problem.ts';
import type { TenantConnection, TenantDatabase } from '../platform/tenant-database.ts';
import type { LockedResource } from './change.store.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import type { PlaceIn } from './collection-place.ts';
import {
  findExaminable,
  listQuarantined,
  releaseResource,
  type QuarantinedResource,
} from './quarantine.store.ts';
import type { Reception } from './receive-bytes.ts';

/** 409 `not-quarantined`. */
const notQuarantined = (): Problem =>
  new Problem(
    409,
    'not-quarantined',
    'The resource is not in quarantine',
    'Somebody released it, or nobody put it there.',
  );

/** What is kept and delivered to nobody: listed, put there and released by administrators. */
export class QuarantinedResources {
  readonly #db: TenantDatabase;
  readonly #changes: ResourceChanges;
  readonly #reception: Reception;

  constructor(db: TenantDatabase, changes: ResourceChanges, reception: Reception) {
    this.#db = db;
    this.#changes = changes;
    this.#reception = reception;
  }

  /** @param after id of the last one of the page before @returns one page in the order of ids, and how many there are */
  list(
    { tenantId }: Principal,
    page: { after: string | undefined; limit: number },
  ): Promise<{ items: QuarantinedResource[]; total: number }> {
    return listQuarantined(this.#db, { tenantId, ...page });
  }

  /**
   * Ends every URL of a resource and lets nobody sign new ones.
   *
   * @throws Problem not-found, already-quarantined
   */
  put(order: ResourceOrder): Promise<Settling> {
    return this.#changes.quarantine(order);
  }

  /**
   * Looks at the bytes as if they had just arrived, and makes the resource one again. URLs from before stay dead.
   *
   * @param scans false: whatever the virus scanner says; everything else is looked at all the same
   * @param placeIn asks whether it may be in its collection: only now do members see it
   * @throws Problem not-found, not-quarantined; `quarantined` when the scanner has not called it clean; what an
   *   examination refuses; collection-archived; forbidden, when it takes `resource:assign`
   */
  async release(order: ResourceOrder, scans: boolean, placeIn: PlaceIn): Promise<Settling> {
    const { blobs, examiner } = this.#reception;
    const { tenantId } = order.principal;
    const found = await findExaminable(this.#db, tenantId, order.id);
    if (!found) throw notFound('There is no such resource.');
    if (found.state !== 'quarantined') throw notQuarantined();
    const { kind, contentType: declaredType, displayName: name, size, sha256, objectKey: examined } = found;
    const bytes = storedObject(blobs, examined, size);
    const finding = await examiner.examine({ tenantId, kind, declaredType, name, bytes }, { scans });
    if (finding.verdict !== 'clean') throw findingProblem(finding);

    const { contentType, replacement } = finding;
    const objectKey = replacement ? newBlobKey() : examined;
    try {
      const stored = replacement ? await blobs.put(objectKey, replacement()) : { size, sha256 };
      return await this.#changes.release(order, stored.size, async (connection, resource) => {
        if (resource.state !== 'quarantined' || resource.objectKey !== examined) throw notQuarantined();
        await readmit(connection, order.principal, resource, placeIn);
        await releaseResource(connection, resource, { contentType, objectKey, ...stored });
      });
    } catch (error) {
      if (replacement && !(error instanceof CommitUnanswered)) await blobs.delete(objectKey);
      throw error;
    }
  }
}

/**
 * Who sent it may have been taken out of the collection since. Roles of the owner's token are not known here, so what the
 * membership does not give is for whoever might assign it.
 */
async function readmit(
  connection: TenantConnection,
  releaser: Principal,
  { ownerId: id, collectionId }: LockedResource,
  placeIn: PlaceIn,
): Promise<void> {
  if (collectionId === null) return;
  if (releaser.permissions.has('resource:assign')) return placeIn(releaser, collectionId).admit(connection);
  const owner = { ...releaser, id, name: id, roles: [], permissions: new Set<Permission>() };
  await placeIn(owner, collectionId)
    .admit(connection)
    .catch((error: unknown) => {
      const isOut = error instanceof Problem && error.code === 'not-found';
      throw isOut ? forbidden('resource:assign') : error;
    });
}
