import type { Logger } from 'pino';
import { writeEvent } from '../audit/event.store.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantConnection } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { discardBlob, lockResource } from '../resources/change.store.ts';
import type { AfterCommit } from '../resources/open-uploads.ts';
import { removeUnfinished } from '../resources/unfinished.store.ts';
import { clearUpload, type ClearParts, type EndedUpload } from './clear-uploads.ts';
import {
  endUpload,
  findExpired,
  findUncleared,
  findUpload,
  knownUploads,
  lockUpload,
  removeUpload,
  uploadOf,
  uploadsOfOwner,
} from './store.ts';
import type { Upload } from './upload.ts';

/** Why an upload failed whose resource was set to `failed` by hand. */
const GIVEN_UP = 'given-up';
const EVERY_MS = 300_000;
const PATIENCE_MS = 10_000;
const AT_ONCE = 100;
/** A form that was sent in its last second may take so long to arrive. */
const GRACE_SECONDS = 900;
/** What no row knows is a stray after so long: a form that was good for an hour has brought it. */
const STRAY_MS = 25 * 3_600_000;

/** What ends uploads. */
export interface EndParts extends ClearParts {
  /** Acts as `holder`. */
  holder: Database;
  clock: Clock;
  log: Logger;
  /** Objects were discarded: to be removed now, not in an hour. */
  clearDiscarded: () => void;
}

/** Ends uploads that nobody completes: cancelled, given up, erased with their owner, or abandoned. */
export class UploadEnds {
  readonly #parts: EndParts;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: EndParts) {
    this.#parts = parts;
  }

  /**
   * Ends an upload of this person, if there is one of this id that is not completed; removes resource and bytes.
   *
   * @returns whether there was one
   */
  async cancel({ tenantId, id: actor }: Principal, uploadId: string): Promise<boolean> {
    const ended = await forTenant(this.#parts.db, tenantId, async (connection) => {
      const upload = await lockBoth(connection, tenantId, uploadId);
      if (!upload || upload.ended || upload.resource?.ownerId !== actor) return undefined;
      await endOpen(connection, upload, 'cancelled', actor);
      return upload;
    });
    if (ended) await this.#clearNow(ended);
    return ended !== undefined;
  }

  /**
   * Ends the upload of a resource that becomes `failed`, in the transaction in which it does, whose lock on the resource
   * the caller has.
   *
   * @returns what is to be done after the commit: it stops whoever is sending, and removes what has arrived
   */
  async giveUp(connection: TenantConnection, tenantId: string, resourceId: string): Promise<AfterCommit> {
    const found = await uploadOf(connection, tenantId, resourceId);
    const upload = found && (await lockUpload(connection, tenantId, found.id));
    if (!upload || upload.ended) return () => Promise.resolve();
    if (upload.objectKey !== null) await discardBlob(connection, tenantId, upload.objectKey);
    await endUpload(connection, upload.id, 'failed', GIVEN_UP);
    return () => this.#clearNow(upload);
  }

  /**
   * Ends every upload of an owner who is being erased, and removes what has arrived, once nobody writes to it any more.
   *
   * @throws Problem upload-locked when somebody does not stop; what store and database fail with
   */
  async forgetOwner(tenantId: string, ownerId: string): Promise<void> {
    const theirs = await forTenant(this.#parts.db, tenantId, async (connection) => {
      const found: Upload[] = [];
      for (const id of await uploadsOfOwner(connection, tenantId, ownerId)) {
        const upload = await lockBoth(connection, tenantId, id);
        if (!upload) continue;
        found.push(upload);
        if (upload.ended) continue;
        if (upload.objectKey !== null) await discardBlob(connection, tenantId, upload.objectKey);
        await endUpload(connection, id, 'cancelled');
      }
      return found;
    });
    for (const upload of theirs) await clearUpload(this.#parts, upload);
  }

  /**
   * For somebody who wrote to an upload and lost the lock meanwhile, so that nobody waited for it: what it has put after the
   * end goes too. Never rejects.
   */
  async clearAgain({ tenantId, id }: Pick<Upload, 'tenantId' | 'id'>): Promise<void> {
    try {
      const upload = await readForTenant(this.#parts.db, tenantId, (connection) =>
        findUpload(connection, tenantId, id),
      );
      // Only what is known to have ended: bytes of others may be on their way.
      if (upload && (upload.ended === null || upload.ended === 'completed')) return;
      await clearUpload(this.#parts, { id, tenantId, how: 'tus' });
    } catch (error) {
      this.#tellLater(error);
    }
  }

  /** What fails now is tried again by the sweep. */
  async #clearNow(upload: Upload): Promise<void> {
    if (upload.objectKey !== null) this.#parts.clearDiscarded();
    await clearUpload(this.#parts, upload).catch((error: unknown) => this.#tellLater(error));
  }

  #tellLater(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#closed) this.#parts.log.warn({ reason }, 'what an upload has left is not removed yet');
  }

  /** Sweeps now and every few minutes; nobody waits for it. */
  start(): void {
    this.#timer = setInterval(() => void this.sweep(), EVERY_MS).unref();
    void this.sweep();
  }

  /** Removes what is abandoned, after whatever is being removed. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping
      .then(() => this.#sweep())
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (!this.#closed) this.#parts.log.warn({ reason }, 'abandoned uploads are not removed yet');
      });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    await this.#clearEnded();
    const { holder, db } = this.#parts;
    for (let removed = -1; removed !== 0 && !this.#closed;) {
      const due = await withConnection(holder, PATIENCE_MS, (connection) =>
        findExpired(connection, GRACE_SECONDS, AT_ONCE),
      );
      removed = 0;
      for (const { id, tenantId } of due) {
        if (this.#closed) return;
        const ended = await forTenant(db, tenantId, async (connection) => {
          const upload = await lockBoth(connection, tenantId, id);
          // A resumable one may have got a byte meanwhile.
          if (upload?.isExpired === false && upload.resource) return undefined;
          if (upload && !upload.ended) await endOpen(connection, upload, 'expired', 'system');
          else if (upload?.ended === 'failed' && upload.resource)
            await removeUnfinished(connection, upload.resource.id);
          return upload;
        });
        if (!ended || !(await this.#cleared(ended))) continue;
        // The row goes last: a crash in between removes bytes twice, which is no error.
        await forTenant(db, tenantId, (connection) => removeUpload(connection, id));
        removed += 1;
      }
    }
    await this.#dropStrays();
  }

  /** What could not be removed when they ended: somebody went on writing, the store was away, or the server was killed. */
  async #clearEnded(): Promise<void> {
    const { holder, db } = this.#parts;
    for (let after = ''; !this.#closed;) {
      const left = await withConnection(holder, PATIENCE_MS, (connection) =>
        findUncleared(connection, after, AT_ONCE),
      );
      for (const { id, tenantId } of left) {
        if (this.#closed) return;
        after = id;
        const upload = await readForTenant(db, tenantId, (connection) =>
          findUpload(connection, tenantId, id),
        );
        if (upload?.ended) await this.#cleared(upload);
      }
      if (left.length < AT_ONCE) return;
    }
  }

  /** @returns false when somebody is at work on it: what keeps one upload keeps none of the others */
  async #cleared(upload: EndedUpload): Promise<boolean> {
    try {
      await clearUpload(this.#parts, upload);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#tellLater(error);
      return false;
    }
  }

  async #dropStrays(): Promise<void> {
    const { holder, blobs, clock } = this.#parts;
    for await (const { id, changedAt } of blobs.incoming.list()) {
      if (this.#closed) return;
      if (changedAt.getTime() > clock.now() - STRAY_MS) continue;
      const known = await withConnection(holder, PATIENCE_MS, (connection) => knownUploads(connection, [id]));
      if (!known.has(id)) await blobs.incoming.drop(id);
    }
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }
}

/** Whoever deletes or completes a resource takes the two locks in this order: resource, then upload. */
async function lockBoth(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<Upload | undefined> {
  const found = await findUpload(connection, tenantId, id);
  if (found?.resource) await lockResource(connection, tenantId, found.resource.id);
  return lockUpload(connection, tenantId, id);
}

async function endOpen(
  connection: TenantConnection,
  { id, tenantId, objectKey, resource }: Upload,
  how: 'cancelled' | 'expired',
  actor: string,
): Promise<void> {
  if (objectKey !== null) await discardBlob(connection, tenantId, objectKey);
  await endUpload(connection, id, how);
  if (!resource || !(await removeUnfinished(connection, resource.id))) return;
  await writeEvent(connection, {
    ...{ event: `upload-${how}`, tenantId, path: resource.path, resourceId: resource.id },
    ...{ actor, owner: resource.ownerId },
  });
}
