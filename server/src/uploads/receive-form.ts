import { Readable } from 'node:stream';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { notFound, type Problem } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { markUploading } from '../resources/unfinished.store.ts';
import type { UploadsAtOnce } from '../resources/uploads-at-once.ts';
import { readForm } from './multipart-form.ts';
import { formRefused, over, wrongSize } from './problems.ts';
import { findUpload, tenantOfOpen } from './store.ts';
import type { FormPolicy, UploadForms } from './upload-form.ts';
import type { ProgressNote, UploadProgress } from './upload-progress.ts';

const LOOKUP_MS = 2000;
const MOST_DISCARDED = 64 * 1024 * 1024;

/** Takes files by signed forms, as S3 does: into `incoming`, where nobody reads them before they are verified. */
export class FormReceiver {
  readonly #parts: {
    holder: Database;
    db: TenantDatabase;
    blobs: BlobStore;
    forms: UploadForms;
    clock: Clock;
    progress: UploadProgress;
    atOnce: UploadsAtOnce;
  };

  /** @param parts.holder acts as `holder` */
  constructor(parts: {
    holder: Database;
    db: TenantDatabase;
    blobs: BlobStore;
    forms: UploadForms;
    clock: Clock;
    progress: UploadProgress;
    atOnce: UploadsAtOnce;
  }) {
    this.#parts = parts;
  }

  /**
   * Takes one form. Sending it again replaces what it has brought, until the upload has ended.
   *
   * @param uploadId of the address it came to
   * @param contentType of the request
   * @throws Problem upload-refused, upload-size, upload-over, too-many-uploads, not-found, invalid-request
   */
  async receive(uploadId: string, contentType: string, body: AsyncIterable<Buffer>): Promise<void> {
    const chunks = body[Symbol.asyncIterator]();
    try {
      await this.#receive(uploadId, contentType, { [Symbol.asyncIterator]: () => chunks });
    } catch (error) {
      // A client that is cut off while it sends never sees why.
      void discard(chunks).catch(() => undefined);
      throw error;
    }
  }

  async #receive(uploadId: string, contentType: string, body: AsyncIterable<Buffer>): Promise<void> {
    const { forms, clock, blobs, holder, db, progress, atOnce } = this.#parts;
    const { fields, file } = await readForm(body, contentType);
    const policy = forms.check(fields, clock.now());
    if (policy.id !== uploadId) throw formRefused();
    const tenantId = await withConnection(holder, LOOKUP_MS, (connection) =>
      tenantOfOpen(connection, uploadId),
    );
    if (tenantId === undefined) throw notFound('There is no such upload, or it has ended.');
    const ownerId = await forTenant(db, tenantId, async (connection) => {
      // Without its lock: whoever ends uploads locks the resource first.
      const upload = await findUpload(connection, tenantId, uploadId);
      if (upload?.resource) await markUploading(connection, upload.resource.id);
      return upload?.resource?.ownerId ?? '';
    });
    const end = new AbortController();
    const note = progress.of({ tenantId, id: uploadId }, () => end.abort(endedMeanwhile()));
    const measured = Readable.from(measure(file, policy, note, end.signal), { objectMode: false });
    await atOnce
      .during({ tenantId, ownerId }, () =>
        blobs.incoming.put(uploadId, measured, { contentType: policy.contentType }),
      )
      .finally(() => note.end());
    // It may have been cancelled meanwhile; then nobody but the sweep would look for it.
    const isOpen = await readForTenant(db, tenantId, (connection) => tenantOfOpen(connection, uploadId));
    if (isOpen === undefined) {
      await blobs.incoming.drop(uploadId);
      throw endedMeanwhile();
    }
  }
}

const endedMeanwhile = (): Problem => over('ended meanwhile');

/** Reads on, so far as a refused client may send. */
async function discard(chunks: AsyncIterator<Buffer>): Promise<void> {
  for (let size = 0; size < MOST_DISCARDED;) {
    const next = await chunks.next();
    if (next.done) return;
    size += next.value.length;
  }
  await chunks.return?.();
}

async function* measure(
  file: AsyncIterable<Buffer>,
  { minSize, maxSize }: FormPolicy,
  note: Pick<ProgressNote, 'arrived'>,
  end: AbortSignal,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of file) {
    end.throwIfAborted();
    size += chunk.length;
    if (size > maxSize) throw wrongSize(maxSize, size);
    note.arrived(size);
    yield chunk;
  }
  if (size < minSize) throw wrongSize(minSize, size);
}
