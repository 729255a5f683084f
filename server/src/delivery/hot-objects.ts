import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Resource } from '../resources/resource.ts';

const LARGEST_BYTES = 256 * 1024;
const TOTAL_BYTES = 64 * 1024 * 1024;

/**
 * Small objects that were asked for lately, in memory. Object keys are random and their bytes never change, so
 * nothing here can be out of date; whether they may be sent is decided before, for every request.
 */
export class HotObjects {
  readonly #blobs: BlobStore;
  readonly #bytes = new LRUCache<string, Buffer>({
    maxSize: TOTAL_BYTES,
    sizeCalculation: (bytes) => bytes.length || 1,
  });
  readonly #reads = new Map<string, Promise<Buffer>>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** @returns the bytes if they are in memory now */
  peek(resource: Resource): Buffer | undefined {
    return this.#bytes.get(resource.objectKey);
  }

  /** @returns the bytes; undefined when the object is too large to keep */
  get(resource: Resource): Promise<Buffer> | undefined {
    if (resource.size > LARGEST_BYTES) return undefined;
    const { objectKey } = resource;
    const reading = this.#reads.get(objectKey);
    if (reading) return reading;
    const read = this.#read(objectKey).finally(() => this.#reads.delete(objectKey));
    this.#reads.set(objectKey, read);
    return read;
  }

  async #read(objectKey: string): Promise<Buffer> {
    const bytes = await collect(await this.#blobs.get(objectKey));
    this.#bytes.set(objectKey, bytes);
    return bytes;
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
