import { createHash } from 'node:crypto';
import { lastEpochOf } from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { BlobNotFoundError, newBlobKey, type BlobStore } from '../platform/blob-store.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { storageUnavailable } from '../platform/storage-unavailable.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import { abandonCopy, announceCopy } from './copy.store.ts';
import type { Leftovers } from './leftovers.ts';
import { mayChange, resourceBusy } from './may-change.ts';
import { findMovable, movedPaths, type MovableResource, type MoveRule } from './move.store.ts';

/** 409 `not-completed`. */
const notCompleted = ({ state }: { state: string }): Problem =>
  new Problem(
    409,
    'not-completed',
    'Only what is completed can be moved',
    `It is ${state}: complete or release it first.`,
  );

/** 503 `moves-busy`: each reads and writes all bytes of what it moves. */
export const movesBusy = (): Problem =>
  new Problem(503, 'moves-busy', 'Too many moves are under way', 'Try again when one has ended.', {
    'Retry-After': '5',
  });

/** What became of a resource. */
export interface Moved {
  id: string;
  oldPath: string;
  newPath: string;
  /** Of the change that ended the old URLs; undefined: it has been at its place from the beginning. */
  settling: Settling | undefined;
}

/**
 * Moves resources to other paths: a copy of the bytes is announced, made and verified; one transaction gives it to the
 * resource, with the new path; then the old bytes go. Wherever a server is killed, the resource has its old path and bytes
 * or the new ones, and what it does not have is swept.
 */
export class ResourceMoves {
  readonly #parts: {
    db: TenantDatabase;
    blobs: BlobStore;
    changes: ResourceChanges;
    receipts: Receipts;
    leftovers: Leftovers;
  };
  readonly #most: number;
  readonly #mostOfTenant: number;
  readonly #mostOfPerson: number;
  /** Whose each is that is under way. */
  readonly #running: { tenantId: string; person: string }[] = [];

  /**
   * @param limits at once on this server, at once of one tenant, and of one person there, so that nobody keeps all others
   *   from theirs
   */
  constructor(
    parts: {
      db: TenantDatabase;
      blobs: BlobStore;
      changes: ResourceChanges;
      receipts: Receipts;
      leftovers: Leftovers;
    },
    {
      most = 32,
      mostOfTenant = 12,
      mostOfPerson = 3,
    }: { most?: number; mostOfTenant?: number; mostOfPerson?: number } = {},
  ) {
    this.#parts = parts;
    this.#most = most;
    this.#mostOfTenant = mostOfTenant;
    this.#mostOfPerson = mostOfPerson;
  }

  /**
   * Repeating it gives the same answer, as long as the log of changes has it.
   *
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, not-completed, resource-busy, storage-unavailable,
   *   moves-busy, and what the rule throws
   */
  async move(order: ResourceOrder, event: string, rule: MoveRule): Promise<Moved> {
    const { tenantId, id: person } = order.principal;
    const ofTenant = this.#running.filter((one) => one.tenantId === tenantId);
    const ofPerson = ofTenant.filter((one) => one.person === person);
    if (
      this.#running.length >= this.#most ||
      ofTenant.length >= this.#mostOfTenant ||
      ofPerson.length >= this.#mostOfPerson
    ) {
      throw movesBusy();
    }
    const own = { tenantId, person };
    this.#running.push(own);
    try {
      return await this.#move(order, event, rule);
    } finally {
      this.#running.splice(this.#running.indexOf(own), 1);
    }
  }

  async #move(order: ResourceOrder, event: string, rule: MoveRule): Promise<Moved> {
    const { db, changes, leftovers } = this.#parts;
    const { principal, id } = order;
    const { tenantId } = principal;
    const copy = newBlobKey();
    const planned = await forTenant(db, tenantId, async (connection) => {
      const found = await findMovable(connection, { tenantId, id });
      const resource = await mayChange(connection, principal, found, 'resource:assign');
      if (resource.state !== 'completed') throw notCompleted(resource);
      const place = await rule(connection, resource);
      if (place) await announceCopy(connection, tenantId, copy);
      return { resource, place };
    });
    const { resource, place } = planned;
    if (!place) return this.#earlier(resource);
    try {
      await this.#copy(resource, copy);
      const settling = await changes.move(order, event, { resource, copy, rule });
      return { id, oldPath: resource.path, ...settling };
    } catch (error) {
      // Nobody knows whether the resource has the copy: the sweep does, by whether it is announced still.
      if (!(error instanceof CommitUnanswered)) {
        await forTenant(db, tenantId, (connection) => abandonCopy(connection, tenantId, copy));
        void leftovers.clearDiscarded();
      }
      throw error;
    }
  }

  /** @throws Problem resource-busy: the bytes are others now; storage-unavailable: the copy is not what was copied */
  async #copy({ objectKey, size, sha256 }: MovableResource, copy: string): Promise<void> {
    const { blobs } = this.#parts;
    try {
      await blobs.copy(objectKey, copy);
    } catch (error) {
      if (error instanceof BlobNotFoundError) throw resourceBusy();
      throw error;
    }
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of await blobs.get(copy)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    if (bytes !== size || !hash.digest().equals(sha256)) throw storageUnavailable();
  }

  /** @returns what the move before has answered */
  async #earlier({ id, tenantId, path }: MovableResource): Promise<Moved> {
    const { db, receipts } = this.#parts;
    return forTenant(db, tenantId, async (connection) => {
      const epoch = await lastEpochOf(connection, { tenantId, change: 'path-moved', subject: id });
      if (epoch === undefined) return { id, oldPath: path, newPath: path, settling: undefined };
      const [oldPath = path] = (await movedPaths(connection, tenantId, epoch)) ?? [];
      return { id, oldPath, newPath: path, settling: { epoch, receipt: receipts.settle(epoch) } };
    });
  }
}
