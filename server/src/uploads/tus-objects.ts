import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { S3Store, type MetadataValue } from '@tus/s3-store';
import { Upload } from '@tus/server';
import { LRUCache } from 'lru-cache';
import { anonymousFile, readWhole, writeWhole } from '../platform/anonymous-file.ts';
import type { BucketPlace } from '../platform/blob-store.ts';
import { isMissing, readFromStore, storeFailure } from '../platform/s3-failure.ts';
import { giveBack } from '../platform/stream-digest.ts';
import type { TusDesk, TusWhole } from './tus-store.ts';

/** Of every part but the last: some stores want them all equal. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts in memory at a time, in the whole process. */
const PARTS_AT_ONCE = 4;
const REMEMBERED = 1000;

/** What is being written, and until when. */
interface Writing {
  id: string;
  size: number;
  offset: number;
  spool: FileHandle;
  signal: AbortSignal;
}

/** How far an upload has come. */
interface Stand {
  metadata: MetadataValue;
  parts: Part[];
  /** Bytes of the parts. */
  inParts: number;
  /** Bytes that came after the last part, and make none yet. */
  rest: number;
  isWhole: boolean;
}
type Part = Awaited<ReturnType<S3Store['retrieveParts']>>[number];

/**
 * Uploads in a bucket: a multipart upload `{id}`, beside it `{id}.info`, which names it, and `{id}.part`, what came after the
 * last whole part and where that was. Each step is done after the one it needs, so a crash between two of them costs what
 * was on its way, and never makes a hole.
 */
export class UploadObjects extends S3Store implements TusWhole {
  readonly #prefix: string;
  readonly #desk: TusDesk;
  readonly #rooms: Buffer[] = [];

  constructor({ bucket, prefix, client, encryption }: BucketPlace, desk: TusDesk) {
    const remembered = new LRUCache<string, MetadataValue>({ max: REMEMBERED });
    super({
      partSize: PART_BYTES,
      // Not every store has tags, and the sweep needs none.
      useTags: false,
      maxConcurrentPartUploads: PARTS_AT_ONCE,
      cache: {
        get: async (key) => remembered.get(key),
        set: async (key, value) => void remembered.set(key, value),
        delete: async (key) => void remembered.delete(key),
      },
      s3ClientConfig: { ...client, bucket },
    });
    this.#prefix = prefix;
    this.#desk = desk;
    this.client.middlewareStack.add(
      (next, { commandName }) =>
        async (call) =>
          next(
            commandName === 'CreateMultipartUploadCommand' || commandName === 'PutObjectCommand'
              ? { ...call, input: { ...call.input, ...encryption } }
              : call,
          ),
      { step: 'initialize' },
    );
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size } = await this.#desk.lookUp(id);
    return asked('resume', async () => {
      const { inParts, rest, isWhole } = await this.#standOf(id, size);
      return new Upload({ id, size, offset: isWhole ? size : inParts + rest });
    });
  }

  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const { size } = await this.#desk.lookUp(id);
    const spool = await anonymousFile();
    try {
      const signal = this.#desk.accept();
      return await asked('write', () => this.#write(body, { id, size, offset, spool, signal }));
    } finally {
      await spool.close();
    }
  }

  async makeWhole(id: string, size: number): Promise<number> {
    return asked('finish', async () => {
      const { metadata, parts, inParts, rest, isWhole } = await this.#standOf(id, size);
      if (isWhole) return size;
      if (inParts !== size) return inParts + rest;
      await this.finishMultipartUpload(metadata, parts);
      return size;
    });
  }

  async #write(body: Readable, { id, size, offset, spool, signal }: Writing): Promise<number> {
    const { metadata, parts, inParts, rest, isWhole } = await this.#standOf(id, size);
    if (isWhole || inParts + rest !== offset) return isWhole ? size : inParts + rest;
    const partSize = this.calcOptimalPartSize(size);
    let number = parts.length;
    let done = inParts;
    let held = await this.#fetchRest(metadata, spool, rest);
    const sendPart = async (): Promise<void> => {
      await this.#send(spool, held, (bytes) => this.uploadPart(metadata, bytes, ++number));
      done += held;
      held = 0;
    };
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        signal.throwIfAborted();
        for (let taken = 0; taken < chunk.length;) {
          const piece = chunk.subarray(taken, taken + partSize - held);
          await writeWhole(spool, piece, held);
          taken += piece.length;
          held += piece.length;
          if (held === partSize) await sendPart();
        }
        giveBack(chunk);
      }
    } finally {
      // Nothing more is begun then; what is on its way cannot be called back, so the lock is kept until it is answered.
      if (held > 0 && !signal.aborted) {
        if (done + held === size) await sendPart();
        else if (done + held > offset)
          await this.#send(spool, held, (bytes) => this.#keepRest(metadata, bytes, done));
      }
    }
    signal.throwIfAborted();
    if (done === size) await this.finishMultipartUpload(metadata, await this.retrieveParts(metadata.file.id));
    return done + held;
  }

  async #standOf(id: string, size: number): Promise<Stand> {
    const key = `${this.#prefix}${id}`;
    const found = (await this.#find(key)) ?? (await this.#again(key));
    if (found) return found;
    const whole = await this.client.headObject({ Bucket: this.bucket, Key: key }).catch(unlessMissing);
    const metadata = whole ? await this.#metadata(key) : undefined;
    if (metadata) return { metadata, parts: [], inParts: size, rest: 0, isWhole: true };
    await super.create(new Upload({ id: key, size, offset: 0 }));
    await this.clearCache(key);
    return { metadata: await this.getMetadata(key), parts: [], inParts: 0, rest: 0, isWhole: false };
  }

  /** Another server may have begun it anew: the bucket's own rules end what is not ended for days. */
  async #again(key: string): Promise<Stand | undefined> {
    await this.clearCache(key);
    return this.#find(key);
  }

  async #find(key: string): Promise<Stand | undefined> {
    const metadata = await this.#metadata(key);
    const parts = metadata && (await this.retrieveParts(key).catch(unlessMissing));
    if (!parts) return undefined;
    const inParts = parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
    const rest = await this.client
      .headObject({ Bucket: this.bucket, Key: this.partKey(key, true) })
      .catch(unlessMissing);
    const isNext = rest?.Metadata?.['after'] === String(inParts);
    return { metadata, parts, inParts, rest: isNext ? (rest.ContentLength ?? 0) : 0, isWhole: false };
  }

  async #metadata(key: string): Promise<MetadataValue | undefined> {
    return this.getMetadata(key).catch(unlessMissing);
  }

  /** @returns how many bytes are in the spool now */
  async #fetchRest({ file }: MetadataValue, spool: FileHandle, size: number): Promise<number> {
    if (size === 0) return 0;
    let held = 0;
    const rest = await this.getIncompletePart(file.id);
    for await (const chunk of (rest ? readFromStore(rest) : []) as AsyncIterable<Buffer>) {
      await writeWhole(spool, chunk, held);
      held += chunk.length;
    }
    if (held !== size) throw new Error('the rest of an upload changed while it was read');
    return held;
  }

  async #keepRest({ file }: MetadataValue, Body: Buffer, after: number): Promise<void> {
    const place = { Bucket: this.bucket, Key: this.partKey(file.id, true) };
    await this.client.putObject({ ...place, Body, Metadata: { after: String(after) } });
  }

  async #send(spool: FileHandle, size: number, send: (bytes: Buffer) => Promise<unknown>): Promise<void> {
    const permit = await this.partUploadSemaphore.acquire();
    try {
      // Used again: what is thrown away in pieces of this size is found late.
      const room = this.#rooms.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
      const bytes = size > room.length ? Buffer.allocUnsafeSlow(size) : room.subarray(0, size);
      await readWhole(spool, bytes);
      await send(bytes);
      this.#rooms.push(room);
    } finally {
      await permit.release();
    }
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** What the store says is said by its code and no more. */
async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isOfStore = error instanceof Error && '$metadata' in error;
    throw isOfStore ? storeFailure(what, error) : error;
  }
}
