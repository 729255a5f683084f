import type { Readable } from 'node:stream';
import { canonicalPath, SignedUrlError } from '@countersign/signed-url';
import { writeEvent } from '../audit/event.store.ts';
import { ownerRevoked, type KnownOwner, type OwnerKeys } from '../keys/owner-keys.ts';
import { newBlobKey, type BlobStore } from '../platform/blob-store.ts';
import { sniffContentType } from '../platform/content-type.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { firstBytes } from './first-bytes.ts';
import type { Resource, ResourceKind } from './resource.ts';
import { continueRotation, insertResource } from './store.ts';

/** 415 `content-mismatch`: the bytes are something else than was declared. */
const contentMismatch = (declared: string, found: string | undefined): Problem =>
  new Problem(
    415,
    'content-mismatch',
    'The bytes are not what the Content-Type says',
    `Declared ${declared}, found ${found ?? 'something that is not a known file type'}.`,
  );

const emptyUpload = (): Problem => new Problem(400, 'empty-upload', 'The upload has no bytes');

const tooLarge = (limit: number): Problem =>
  new Problem(413, 'too-large', 'The upload is too large', `At most ${limit} bytes (MAX_UPLOAD_BYTES).`);

const pathTaken = (path: string): Problem =>
  new Problem(409, 'path-taken', 'There is a resource at this path already', path);

/** Types that have no signature in their bytes; what is sent as such must not be anything known. */
const UNSIGNED_TYPES = /^(text\/plain|text\/csv|text\/markdown|application\/json|application\/octet-stream)$/;

/** A new resource before it is stored. */
export interface NewResource {
  tenantId: string;
  owner: { id: string; name: string; handle?: string | undefined };
  /** Principal id of who uploads, for the audit. */
  actor: string;
  kind: ResourceKind;
  path: string;
  displayName: string;
  /** Declared media type without parameters. */
  contentType: string;
  body: Readable;
}

/** Stores bytes and makes them a resource of their owner: all of it, or nothing. */
export class ResourceIntake {
  readonly #db: TenantDatabase;
  readonly #blobs: BlobStore;
  readonly #keys: OwnerKeys;
  readonly #maxBytes: number;

  constructor(db: TenantDatabase, blobs: BlobStore, keys: OwnerKeys, maxBytes: number) {
    this.#db = db;
    this.#blobs = blobs;
    this.#keys = keys;
    this.#maxBytes = maxBytes;
  }

  /** @returns what stands for this owner in paths; the owner is known from now on */
  handleOf(owner: KnownOwner): Promise<string> {
    return this.#keys.handleOf(owner);
  }

  /**
   * @returns the stored resource; it can be signed from now on
   * @throws Problem content-mismatch, empty-upload, too-large, path-taken, owner-revoked, invalid-name
   */
  async add(input: NewResource): Promise<Resource> {
    try {
      canonicalPath(input.path);
    } catch (error) {
      if (error instanceof SignedUrlError) {
        throw new Problem(400, 'invalid-name', 'The file name cannot be used', 'It makes no valid path.');
      }
      throw error;
    }
    const { head, whole } = await firstBytes(input.body, this.#maxBytes, tooLarge);
    if (head.length === 0) throw emptyUpload();
    await refuseMismatch(input.contentType, head);

    const objectKey = newBlobKey();
    try {
      const { size, sha256 } = await this.#blobs.put(objectKey, whole);
      return await this.#record(input, { objectKey, size, sha256 });
    } catch (error) {
      // A resource whose commit may have happened keeps its bytes: bytes without a resource harm nobody.
      if (!(error instanceof CommitUnanswered)) await this.#blobs.delete(objectKey);
      throw error;
    }
  }

  async #record(
    input: NewResource,
    stored: { objectKey: string; size: number; sha256: Buffer },
  ): Promise<Resource> {
    const { tenantId, owner, actor, kind, path, displayName, contentType } = input;
    const resource: Resource = {
      id: `res_${randomId()}`,
      tenantId,
      path,
      kind,
      ownerId: owner.id,
      state: 'completed',
      displayName,
      contentType,
      version: 1,
      rotation: 0,
      createdAt: new Date(),
      ...stored,
    };
    await forTenant(this.#db, tenantId, async (connection) => {
      if (!(await this.#keys.know(connection, { tenantId, ...owner }))) throw ownerRevoked();
      if (!(await insertResource(connection, resource))) throw pathTaken(path);
      resource.rotation = await continueRotation(connection, resource);
      await writeEvent(connection, {
        event: 'resource-created',
        tenantId,
        path,
        resourceId: resource.id,
        actor,
        owner: owner.id,
        bytes: stored.size,
      });
    });
    return resource;
  }
}

async function refuseMismatch(declared: string, head: Uint8Array): Promise<void> {
  const found = await sniffContentType(head);
  if (found === declared) return;
  if (found === undefined && UNSIGNED_TYPES.test(declared)) return;
  throw contentMismatch(declared, found);
}
