import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Server } from '@tus/server';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../platform/clock.ts';
import { notFound } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { markUploading } from '../resources/unfinished.store.ts';
import type { UploadsAtOnce } from '../resources/uploads-at-once.ts';
import { ArrivingBody } from './arriving-body.ts';
import type { UploadCompletion } from './complete-upload.ts';
import type { UploadEnds } from './end-uploads.ts';
import { over as hasEnded } from './problems.ts';
import type { TusBytes } from './resumable-bytes.ts';
import { findUpload, prolongUpload } from './store.ts';
import { tusProblem } from './tus-failure.ts';
import { metadataOf } from './tus-metadata.ts';
import { uploadExpired, uploadLocked } from './tus-problems.ts';
import { endOf, type Upload } from './upload.ts';
import type { UploadProgress } from './upload-progress.ts';
import type { UploadLock } from './upload-locks.ts';

/** Without a byte for so long, a request is over. */
const IDLE_MS = 60_000;
/** Somebody waits, and nothing came for so long: the line of the one who is writing is dead. */
const SILENT_MS = 1000;
/** An upload is prolonged when that adds a minute. */
const PROLONG_BY_MS = 60_000;
/** What of a request the library looks at. */
const PASSED_ON = ['upload-offset', 'content-type', 'content-length'];

type Present = Upload & { size: number; resource: NonNullable<Upload['resource']> };

/** One request, for whatever the library calls while it answers it. */
interface Asked {
  principal: Principal;
  body?: ArrivingBody;
  /** Aborted when nothing may be written any more: the upload has ended, or the lock is lost. */
  over: AbortController;
  /** The offset was right: bytes are being written. */
  accepted?: () => void;
  /** The lock was lost: others may have written meanwhile, or ended the upload without waiting. */
  isLost?: boolean;
  failure?: unknown;
}

/** It was completed while the lock was waited for. */
class CompletedMeanwhile extends Error {}

/** What is answered of an upload: headers by name. */
export type TusAnswer = Readonly<Record<string, string>>;

/** Answers requests of tus clients for uploads that have begun. Uploads of others do not exist. */
export class ResumableUploads {
  readonly #parts: ResumableParts;
  readonly #asked = new AsyncLocalStorage<Asked>();
  readonly #bodies = new Set<ArrivingBody>();
  #server: Server | undefined;

  constructor(parts: ResumableParts) {
    this.#parts = parts;
    parts.bytes.asking({
      lookUp: (id) => this.#lookUp(id),
      accept: () => {
        const asked = this.#asked.getStore();
        if (!asked) throw new Error('an upload is written to outside of a request');
        asked.accepted?.();
        return asked.over.signal;
      },
    });
  }

  /** @throws Problem not-found, upload-expired, upload-over, upload-locked, and what verifies the bytes refuses */
  async head(principal: Principal, id: string): Promise<TusAnswer> {
    const upload = await this.#find(principal, id);
    const metadata = { filename: upload.resource.displayName, filetype: upload.contentType };
    const answer = {
      'Upload-Length': String(upload.size),
      'Upload-Metadata': metadataOf({ ...metadata, kind: upload.resource.kind }),
    };
    if (upload.ended === 'completed') return { ...this.#about(upload, upload.size), ...answer };
    const offset = await this.#ask('HEAD', { principal, over: new AbortController() }, upload, {});
    if (offset === upload.size) await this.#parts.completion.complete(principal, upload.resource.id);
    return { ...this.#about(upload, offset), ...answer };
  }

  /**
   * Takes what arrives. Bytes that came before a line broke are kept. With the last one the upload is completed.
   *
   * @param headers in place of those of the request
   * @throws Problem upload-offset, too-large, storage-full, too-many-uploads, and those of `head`
   */
  async patch(
    principal: Principal,
    id: string,
    request: IncomingMessage,
    headers: IncomingMessage['headers'] = request.headers,
  ): Promise<TusAnswer> {
    const over = new AbortController();
    const end = (): void => {
      over.abort();
      body.stop();
    };
    const note = this.#parts.progress.of({ tenantId: principal.tenantId, id }, end);
    const from = Number(headers['upload-offset']) || 0;
    let came = 0;
    // Before the offset is found to be right, nobody knows where these bytes belong.
    let accepting: Present | undefined;
    const tell = (): void => {
      if (accepting && came > 0) note.arrived(Math.min(from + came, accepting.size));
    };
    const body = new ArrivingBody(request, IDLE_MS, (size) => {
      came = size;
      tell();
    });
    const take = async (): Promise<TusAnswer> => {
      const upload = await this.#find(principal, id);
      if (upload.ended) throw hasEnded('been completed');
      const expiresAt = await this.#prolong(upload);
      const accepted = (): void => {
        accepting = upload;
        tell();
      };
      const offset = await this.#ask('PATCH', { principal, body, over, accepted }, upload, headers);
      note.arrived(offset);
      return this.#about({ ...upload, expiresAt }, offset);
    };
    this.#bodies.add(body);
    try {
      return await this.#parts.atOnce.during({ ...principal, ownerId: principal.id }, take);
    } finally {
      note.end();
      this.#bodies.delete(body);
      body.discard();
    }
  }

  /** Ends what is being received; what has arrived is kept. */
  async close(): Promise<void> {
    for (const body of this.#bodies) body.stop();
  }

  async #find({ tenantId, id: principalId }: Principal, id: string): Promise<Present> {
    const upload = await readForTenant(this.#parts.db, tenantId, (connection) =>
      findUpload(connection, tenantId, id),
    );
    const { resource = null, size = null } = upload ?? {};
    if (!upload || upload.how !== 'tus' || size === null || resource?.ownerId !== principalId) {
      throw notFound('There is no such upload.');
    }
    const end = endOf(upload);
    if (end !== undefined && end !== 'completed') throw hasEnded(end);
    if (upload.ended !== 'completed' && upload.isExpired) throw uploadExpired();
    return { ...upload, size, resource };
  }

  /** For the stores of tus, under the lock. */
  async #lookUp(id: string): Promise<{ size: number }> {
    const asked = this.#asked.getStore();
    if (!asked) throw new Error('an upload is looked up outside of a request');
    const { size, ended } = await this.#find(asked.principal, id);
    if (ended) throw new CompletedMeanwhile();
    return { size };
  }

  async #prolong({ id, tenantId, expiresAt, resource }: Present): Promise<Date> {
    const { db, clock, hours } = this.#parts;
    const later = new Date(Math.floor((clock.now() + hours * 3_600_000) / 1000) * 1000);
    const isLater = later.getTime() - expiresAt.getTime() >= PROLONG_BY_MS;
    if (isLater || resource.state === 'awaiting') {
      await forTenant(db, tenantId, async (connection) => {
        await markUploading(connection, resource.id);
        if (isLater) await prolongUpload(connection, id, later);
      });
    }
    return isLater ? later : expiresAt;
  }

  #about({ expiresAt, resource }: Present, offset: number): TusAnswer {
    return {
      'Upload-Offset': String(offset),
      'Upload-Expires': expiresAt.toUTCString(),
      'Resource-Id': resource.id,
    };
  }

  /** @returns the offset that the library answers */
  async #ask(
    method: 'HEAD' | 'PATCH',
    about: Asked,
    upload: Present,
    headers: IncomingMessage['headers'],
  ): Promise<number> {
    const server = await this.#open();
    const passed = PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as [string, string]] : [];
    });
    const request = new Request(`http://tus/${upload.id}`, {
      method,
      headers: [['tus-resumable', '1.0.0'], ...passed],
      ...(about.body ? { body: about.body.stream, duplex: 'half' } : {}),
    });
    const asked: Asked = { ...about };
    const response = await this.#asked.run(asked, () => server.handleWeb(request));
    if (asked.isLost) await this.#parts.ends.clearAgain(upload);
    if (about.over.signal.aborted && !response.ok) {
      // What ended it is said better by its row; else another request may have the lock by now.
      const { ended } = await this.#find(about.principal, upload.id);
      throw ended ? hasEnded('been completed') : uploadLocked();
    }
    if (response.ok) return Number(response.headers.get('upload-offset'));
    if (asked.failure instanceof CompletedMeanwhile) {
      if (method === 'HEAD') return upload.size;
      throw hasEnded('been completed');
    }
    throw tusProblem(asked.failure, await response.text());
  }

  async #open(): Promise<Server> {
    if (this.#server) return this.#server;
    const { bytes, completion } = this.#parts;
    const { tus, store } = await bytes.library();
    this.#server ??= new tus.Server({
      path: '/',
      datastore: store,
      locker: { newLock: (id) => this.#lockOf(id) },
      onResponseError: (_request, error) => {
        const asked = this.#asked.getStore();
        if (asked) asked.failure = error;
        return { status_code: 500, body: '' };
      },
      onUploadFinish: async (_request, { id }) => {
        const asked = this.#asked.getStore();
        if (!asked) throw new Error('an upload is finished outside of a request');
        const { resource } = await this.#find(asked.principal, id);
        await completion.complete(asked.principal, resource.id);
        return {};
      },
    });
    return this.#server;
  }

  #lockOf(id: string): { lock: () => Promise<void>; unlock: () => Promise<void> } {
    const asked = this.#asked.getStore();
    const body = asked?.body;
    const stop = (): void => {
      asked?.over.abort();
      body?.stop();
    };
    const lose = (): void => {
      if (asked) asked.isLost = true;
      stop();
    };
    let lock: UploadLock | undefined;
    return {
      lock: async () => {
        lock = await this.#parts.bytes.locks.acquire(id, (isOver) => {
          if (isOver) stop();
          else body?.stopIfSilent(SILENT_MS);
        });
        lock.lost.addEventListener('abort', lose);
      },
      unlock: async () => {
        lock?.lost.removeEventListener('abort', lose);
        await lock?.release();
      },
    };
  }
}

/** What resumable uploads are answered with. */
export interface ResumableParts {
  db: TenantDatabase;
  bytes: TusBytes;
  completion: UploadCompletion;
  ends: Pick<UploadEnds, 'clearAgain'>;
  clock: Clock;
  /** How long an upload lives without a byte. */
  hours: number;
  progress: UploadProgress;
  atOnce: UploadsAtOnce;
}
