import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { DERIVED_ENDS } from '../derivatives/derivative-name.ts';
import type { NumberedChange } from '../leases/change.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Resource } from '../resources/resource.ts';

const LARGEST_BYTES = 256 * 1024;
const TOTAL_BYTES = 64 * 1024 * 1024;

type Stored = Pick<Resource, 'tenantId' | 'path' | 'objectKey' | 'size'>;

interface Kept {
  objectKey: string;
  bytes: Buffer;
}

/**
 * Small objects that were asked for lately, in memory. Object keys are random and their bytes never change, so
 * nothing here can be out of date; whether they may be sent is decided before, for every request. What was deleted or
 * erased must be gone from memory too, so a change of a path drops what is kept of it.
 */
export class HotObjects {
  readonly #blobs: BlobStore;
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: TOTAL_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length || 1,
  });
  readonly #reads = new Map<string, { objectKey: string; bytes: Promise<Buffer> }>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** @returns the bytes if they are in memory now */
  peek(resource: Stored): Buffer | undefined {
    const kept = this.#kept.get(nameOf(resource.tenantId, resource.path));
    return kept?.objectKey === resource.objectKey ? kept.bytes : undefined;
  }

  /** @returns the bytes; undefined when the object is too large to keep */
  get(resource: Stored): Promise<Buffer> | undefined {
    if (resource.size > LARGEST_BYTES) return undefined;
    const { objectKey } = resource;
    const name = nameOf(resource.tenantId, resource.path);
    const underWay = this.#reads.get(name);
    if (underWay?.objectKey === objectKey) return underWay.bytes;
    const read = { objectKey, bytes: this.#blobs.get(objectKey).then(collect) };
    this.#reads.set(name, read);
    const done = (bytes?: Buffer): void => {
      // Otherwise a change has dropped the path meanwhile, and a slow read must not bring it back.
      if (this.#reads.get(name) !== read) return;
      this.#reads.delete(name);
      if (bytes) this.#kept.set(name, { objectKey, bytes });
    };
    read.bytes.then(done, () => done());
    return read.bytes;
  }

  /** Drops what is kept of the paths that a change is about. */
  apply({ tenantId, paths, prefixes }: Pick<NumberedChange, 'tenantId' | 'paths' | 'prefixes'>): void {
    for (const path of paths) this.#drop(nameOf(tenantId, path));
    if (prefixes.length === 0) return;
    const beginnings = prefixes.map((prefix) => nameOf(tenantId, prefix));
    for (const name of [...this.#kept.keys(), ...this.#reads.keys()]) {
      if (beginnings.some((beginning) => name.startsWith(beginning))) this.#drop(name);
    }
  }

  /** Drops everything: nobody knows what was changed. */
  forgetAll(): void {
    this.#kept.clear();
    this.#reads.clear();
  }

  /** Drops what is kept of a path, and of the pictures that were made of it. */
  #drop(name: string): void {
    for (const end of ['', ...DERIVED_ENDS]) {
      this.#kept.delete(name + end);
      this.#reads.delete(name + end);
    }
  }
}

// Neither a tenant nor a path holds a line feed.
const nameOf = (tenantId: string, path: string): string => `${tenantId}\n${path}`;

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
