import type { Readable } from 'node:stream';
import { writeEvent } from '../audit/event.store.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import type { Principal } from '../identity/principal.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { discardBlob, findForChange, lockResource, type LockedResource } from '../resources/change.store.ts';
import type { Leftovers } from '../resources/leftovers.ts';
import { mayChange, noResource } from '../resources/may-change.ts';
import { findExaminable } from '../resources/quarantine.store.ts';
import { receiveBytes, type Reception, type StoredBytes } from '../resources/receive-bytes.ts';
import { FILM, PICTURE } from './pictured-types.ts';
import { notAFilm } from './problems.ts';
import { findDerivative, forgetDerivative, insertPoster, POSTER } from './store.ts';

/** Largest poster, bytes. */
const LARGEST_POSTER = 10 * 1024 * 1024;

/** Takes the posters of films: a browser can take a picture out of a film, which this server cannot. */
export class Posters {
  readonly #db: TenantDatabase;
  readonly #reception: Reception;
  readonly #leftovers: Leftovers;

  constructor(db: TenantDatabase, reception: Reception, leftovers: Leftovers) {
    this.#db = db;
    this.#reception = { ...reception, maxBytes: Math.min(reception.maxBytes, LARGEST_POSTER) };
    this.#leftovers = leftovers;
  }

  /**
   * Stores a picture as the poster of a film, in the place of the one before. Like every upload it is examined, and it
   * loses what says where it was made.
   *
   * @param id of a complete resource that is theirs, or that `resource:edit` lets them change
   * @param contentType declared media type of the poster
   * @throws Problem not-found, forbidden, owner-revoked, not-a-film, unsupported-type, and what refuses an upload
   */
  async put(
    principal: Principal,
    id: string,
    { contentType, body }: { contentType: string; body: Readable },
  ): Promise<{ contentType: string; size: number }> {
    const { tenantId } = principal;
    // Before a byte is stored. The same is asked again when the row is locked.
    await readForTenant(this.#db, tenantId, async (connection) =>
      mayChange(connection, principal, await findForChange(connection, tenantId, id), 'resource:edit'),
    );
    const film = await findExaminable(this.#db, tenantId, id);
    if (film?.state !== 'completed') throw noResource();
    if (!FILM.test(film.contentType)) throw notAFilm(film.contentType);
    if (!PICTURE.test(contentType)) {
      const reason = 'A poster is JPEG, PNG, WebP, AVIF or GIF.';
      throw findingProblem({ verdict: 'refused', code: 'unsupported-type', reason });
    }
    const arrival = { tenantId, kind: 'galleryPhoto', body, contentType, isReplacement: true };
    const stored = await receiveBytes(this.#reception, arrival, async (bytes) => {
      await forTenant(this.#db, tenantId, async (connection) => {
        const found = await lockResource(connection, tenantId, id);
        const locked = await mayChange(connection, principal, found, 'resource:edit');
        if (locked.objectKey !== film.objectKey || locked.state !== 'completed') throw noResource();
        await replacePoster(connection, { ...locked, objectKey: film.objectKey }, bytes, principal.id);
      });
      return bytes;
    });
    void this.#leftovers.clear();
    return { contentType: stored.contentType, size: stored.size };
  }
}

async function replacePoster(
  connection: TenantConnection,
  { tenantId, id, path, ownerId, objectKey: sourceKey }: LockedResource & { objectKey: string },
  poster: StoredBytes,
  actor: string,
): Promise<void> {
  const before = await findDerivative(connection, { tenantId, sourceKey, name: POSTER }, true);
  if (before) {
    await discardBlob(connection, tenantId, before.objectKey);
    await forgetDerivative(connection, before.objectKey);
  }
  await insertPoster(connection, { tenantId, sourceKey }, poster);
  await writeEvent(connection, {
    ...{ event: 'poster-stored', tenantId, path, resourceId: id, actor, owner: ownerId, bytes: poster.size },
  });
}
