import type { Readable } from 'node:stream';
import { canonicalPath, SignedUrlError } from '@countersign/signed-url';
import { writeEvent } from '../audit/event.store.ts';
import { ownerRevoked, type KnownOwner, type OwnerKeys } from '../keys/owner-keys.ts';
import { randomId } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import type { CollectionPlace } from './collection-place.ts';
import type { Quotas } from './quotas.ts';
import { receiveBytes, type Reception, type StoredBytes } from './receive-bytes.ts';
import type { Resource, ResourceKind } from './resource.ts';
import { continueRotation, insertResource } from './store.ts';

const pathTaken = (path: string): Problem =>
  new Problem(409, 'path-taken', 'There is a resource at this path already', path);

/** A new resource before it is stored. */
export interface NewResource {
  tenantId: string;
  owner: {
    id: string;
    /** As `handleOf` answered. */
    handle: string;
  };
  /** Principal id of who uploads, for the audit. */
  actor: string;
  kind: ResourceKind;
  path: string;
  displayName: string;
  /** The collection it is to be in; absent: none. */
  place?: CollectionPlace | undefined;
  /** Declared media type without parameters. */
  contentType: string;
  body: Readable;
  /** Principal id of who sends the bytes; undefined: they come from this server. */
  sender?: string | undefined;
  /** Bytes that the sender has announced; undefined: it is not known how many come. */
  announced?: number | undefined;
}

/** Stores bytes and makes them a resource of their owner: all of it, or nothing. */
export class ResourceIntake {
  readonly #db: TenantDatabase;
  readonly #keys: OwnerKeys;
  readonly #reception: Reception;
  readonly #quotas: Quotas;

  constructor(db: TenantDatabase, keys: OwnerKeys, reception: Reception, quotas: Quotas) {
    this.#db = db;
    this.#keys = keys;
    this.#reception = reception;
    this.#quotas = quotas;
  }

  /**
   * @param place where something is to go; it is asked first, as nobody becomes an owner by what is refused
   * @returns what stands for this owner in paths; the owner is known from now on
   * @throws what the place throws
   */
  async handleOf(owner: KnownOwner, place?: CollectionPlace): Promise<string> {
    if (place) await forTenant(this.#db, owner.tenantId, (connection) => place.admit(connection));
    return this.#keys.handleOf(owner);
  }

  /**
   * @returns the stored resource; it can be signed from now on
   * @throws Problem content-mismatch, empty-upload, too-large, path-taken, owner-revoked, invalid-name, quota-exceeded,
   *   and what its place throws
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
    // Asked again once the bytes are there, when nobody can be faster.
    await this.#quotas.requireLikely(
      { tenantId: input.tenantId, ownerId: input.owner.id },
      { resources: 1, bytes: input.announced ?? 0 },
    );
    return receiveBytes(this.#reception, input, (stored) => this.#record(input, stored));
  }

  async #record(input: NewResource, { why, ...stored }: StoredBytes): Promise<Resource> {
    const { tenantId, owner, actor, kind, path, displayName, place } = input;
    const resource: Resource = {
      id: `res_${randomId()}`,
      tenantId,
      path,
      kind,
      ownerId: owner.id,
      displayName,
      version: 1,
      rotation: 0,
      createdAt: new Date(),
      collectionId: place?.collectionId ?? null,
      ...stored,
    };
    await forTenant(this.#db, tenantId, async (connection) => {
      if (!(await this.#keys.isStill(connection, { tenantId, ...owner }))) throw ownerRevoked();
      await place?.admit(connection);
      const growth = { resources: 1, bytes: stored.size } as const;
      await this.#quotas.require(connection, { tenantId, ownerId: owner.id }, growth);
      if (!(await insertResource(connection, resource))) throw pathTaken(path);
      resource.rotation = await continueRotation(connection, resource);
      await writeEvent(connection, {
        event: stored.state === 'completed' ? 'resource-created' : 'resource-quarantined',
        reason: why,
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
