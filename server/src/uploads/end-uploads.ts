import type { Logger } from 'pino';
import { writeEvent } from '../audit/event.store.ts';
import type { Principal } from '../identity/principal.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { forTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { discardBlob, lockResource } from '../resources/change.store.ts';
import { removeUnfinished } from '../resources/unfinished.store.ts';
import {
  endUpload,
  findExpired,
  findUpload,
  knownUploads,
  lockUpload,
  removeUpload,
  uploadsOfOwner,
} from './store.ts';
import type { Upload } from './upload.ts';

const EVERY_MS = 300_000;
const PATIENCE_MS = 10_000;
const AT_ONCE = 100;
/** A form that was sent in its last second may take so long to arrive. */
const GRACE_SECONDS = 900;
/** What no row knows is a stray after so long: a form that was good for an hour has brought it. */
const STRAY_MS = 25 * 3_600_000;

/** What ends uploads. */
export interface EndParts {
  /** Acts as `holder`. */
  holder: Database;
  db: TenantDatabase;
  blobs: BlobStore;
  clock: Clock;
  log: Logger;
  /** Tells whoever is writing to an upload, at any server, that it has ended. */
  stopWriting: (uploadId: string) => Promise<void>;
}

/** Ends uploads that nobody completes: cancelled, erased with their owner, or abandoned. */
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
    const { db, blobs, stopWriting } = this.#parts;
    const how = await forTenant(db, tenantId, async (connection) => {
      const upload = await lockBoth(connection, tenantId, uploadId);
      if (!upload || upload.ended || upload.resource?.ownerId !== actor) return undefined;
      await endOpen(connection, upload, 'cancelled', actor);
      return upload.how;
    });
    if (!how) return false;
    if (how === 'tus') await stopWriting(uploadId);
    await blobs.incoming.drop(uploadId);
    return true;
  }

  /** Ends every upload of an owner who is being erased, and removes what has arrived. */
  async forgetOwner(tenantId: string, ownerId: string): Promise<void> {
    const { db, blobs, stopWriting } = this.#parts;
    const ids = await forTenant(db, tenantId, async (connection) => {
      const theirs = await uploadsOfOwner(connection, tenantId, ownerId);
      for (const id of theirs) {
        const upload = await lockBoth(connection, tenantId, id);
        if (!upload || upload.ended) continue;
        if (upload.objectKey !== null) await discardBlob(connection, tenantId, upload.objectKey);
        await endUpload(connection, id, 'cancelled');
      }
      return theirs;
    });
    for (const id of ids) {
      await stopWriting(id);
      await blobs.incoming.drop(id);
    }
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
    const { holder, db, blobs } = this.#parts;
    while (!this.#closed) {
      const due = await withConnection(holder, PATIENCE_MS, (connection) =>
        findExpired(connection, GRACE_SECONDS, AT_ONCE),
      );
      if (due.length === 0) break;
      for (const { id, tenantId } of due) {
        if (this.#closed) return;
        const isOver = await forTenant(db, tenantId, async (connection) => {
          const upload = await lockBoth(connection, tenantId, id);
          // A resumable one may have got a byte meanwhile.
          if (upload?.isExpired === false && upload.resource) return false;
          if (upload && !upload.ended) await endOpen(connection, upload, 'expired', 'system');
          else if (upload?.ended === 'failed' && upload.resource)
            await removeUnfinished(connection, upload.resource.id);
          return true;
        });
        if (!isOver) continue;
        await blobs.incoming.drop(id);
        // The row goes last: a crash in between removes bytes twice, which is no error.
        await forTenant(db, tenantId, (connection) => removeUpload(connection, id));
      }
    }
    await this.#dropStrays();
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
