import type { Readable } from 'node:stream';
import { writeEvent } from '../audit/event.store.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import type { Principal } from '../identity/principal.ts';
import type { Settling } from '../leases/receipts.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { ILLUSTRATED } from '../resources/change-kinds.ts';
import type { ResourceChanges } from '../resources/change-resource.ts';
import {
  discardBlob,
  findForChange,
  lockResource,
  rotateResource,
  type LockedResource,
} from '../resources/change.store.ts';
import { mayChange, noResource, refuseErasing } from '../resources/may-change.ts';
import { findExaminable } from '../resources/quarantine.store.ts';
import type { Quotas } from '../resources/quotas.ts';
import { receiveBytes, type Reception, type StoredBytes } from '../resources/receive-bytes.ts';
import { FILM, PICTURE } from './pictured-types.ts';
import { notAFilm } from './problems.ts';
import { findDerivative, forgetDerivative, insertPoster, POSTER } from './store.ts';

/** Largest poster, bytes. */
const LARGEST_POSTER = 10 * 1024 * 1024;

/** A poster that is stored. */
export interface StoredPoster {
  contentType: string;
  /** Bytes. */
  size: number;
  /** Of the end of the old URLs; undefined: it is the first one, so there was nothing that they could show. */
  settling: Settling | undefined;
}

type Film = LockedResource & { objectKey: string };

/** Takes the posters of films: a browser can take a picture out of a film, which this server cannot. */
export class Posters {
  readonly #db: TenantDatabase;
  readonly #reception: Reception;
  readonly #changes: ResourceChanges;
  readonly #quotas: Quotas;

  constructor(db: TenantDatabase, reception: Reception, changes: ResourceChanges, quotas: Quotas) {
    this.#db = db;
    this.#reception = { ...reception, maxBytes: Math.min(reception.maxBytes, LARGEST_POSTER) };
    this.#changes = changes;
    this.#quotas = quotas;
  }

  /**
   * Stores a picture as the poster of a film. Like every upload it is examined, it loses what says where it was made, and
   * it takes room of the film's owner. In the place of another one it ends the old URLs of the film, like other bytes.
   *
   * @param id of a complete resource that is theirs, or that `resource:upload-all` lets them overwrite
   * @param contentType declared media type of the poster
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, not-a-film, unsupported-type, quota-exceeded, and
   *   what refuses an upload
   */
  async put(
    principal: Principal,
    id: string,
    { contentType, body }: { contentType: string; body: Readable },
  ): Promise<StoredPoster> {
    const { tenantId } = principal;
    // Before a byte is stored. The same is asked again when the row is locked.
    await readForTenant(this.#db, tenantId, async (connection) => {
      const found = await findForChange(connection, tenantId, id);
      const { ownerId } = await mayChange(connection, principal, found, ILLUSTRATED.permission);
      await refuseErasing(connection, tenantId, ownerId);
    });
    const film = await findExaminable(this.#db, tenantId, id);
    if (film?.state !== 'completed') throw noResource();
    if (!FILM.test(film.contentType)) throw notAFilm(film.contentType);
    if (!PICTURE.test(contentType)) {
      const reason = 'A poster is JPEG, PNG, WebP, AVIF or GIF.';
      throw findingProblem({ verdict: 'refused', code: 'unsupported-type', reason });
    }
    const arrival = {
      tenantId,
      sender: principal.id,
      kind: 'galleryPhoto',
      body,
      contentType,
      isReplacement: true,
    };
    return receiveBytes(this.#reception, arrival, async (poster) => {
      const settling = (await this.#putFirst(principal, film, poster))
        ? undefined
        : await this.#putNext(principal, film, poster);
      return { contentType: poster.contentType, size: poster.size, settling };
    });
  }

  /** @returns false: there is one */
  #putFirst(
    principal: Principal,
    film: { id: string; objectKey: string },
    poster: StoredBytes,
  ): Promise<boolean> {
    const { tenantId, id: actor } = principal;
    return forTenant(this.#db, tenantId, async (connection) => {
      const found = await lockResource(connection, tenantId, film.id);
      const locked = await mayChange(connection, principal, found, ILLUSTRATED.permission);
      await refuseErasing(connection, tenantId, locked.ownerId);
      const { id, path, ownerId, objectKey: sourceKey } = requireSame(locked, film);
      if (await findDerivative(connection, { tenantId, sourceKey, name: POSTER }, true)) return false;
      await this.#quotas.require(connection, locked, { resources: 0, bytes: poster.size });
      await insertPoster(connection, { tenantId, sourceKey }, poster);
      await writeEvent(connection, {
        ...{ event: ILLUSTRATED.event, tenantId, path, resourceId: id, actor, owner: ownerId },
        bytes: poster.size,
      });
      return true;
    });
  }

  #putNext(
    principal: Principal,
    film: { id: string; objectKey: string },
    poster: StoredBytes,
  ): Promise<Settling> {
    const order = { principal, id: film.id };
    return this.#changes.illustrate(order, poster.size, async (connection, locked) => {
      const of = requireSame(locked, film);
      const before = await removePoster(connection, of);
      await this.#quotas.require(connection, of, { resources: 0, bytes: poster.size - before });
      await insertPoster(connection, { tenantId: of.tenantId, sourceKey: of.objectKey }, poster);
      // Nobody may be shown another picture than the one for which the URL was signed.
      await rotateResource(connection, of);
      return [];
    });
  }
}

/** @throws Problem not-found when it is not, or not any more, what the poster was sent for */
function requireSame(locked: LockedResource, { objectKey }: { objectKey: string }): Film {
  if (locked.objectKey !== objectKey || locked.state !== 'completed') throw noResource();
  return { ...locked, objectKey };
}

/** @returns how many bytes it had */
async function removePoster(
  connection: TenantConnection,
  { tenantId, objectKey: sourceKey }: Film,
): Promise<number> {
  const before = await findDerivative(connection, { tenantId, sourceKey, name: POSTER }, true);
  if (!before) return 0;
  await discardBlob(connection, tenantId, before.objectKey);
  await forgetDerivative(connection, before.objectKey);
  return before.size ?? 0;
}
