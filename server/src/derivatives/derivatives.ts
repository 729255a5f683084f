import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { BlobNotFoundError, newBlobKey, type BlobStore } from '../platform/blob-store.ts';
import { notFound, type Problem } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { discardBlob } from '../resources/change.store.ts';
import type { Resource } from '../resources/resource.ts';
import { pathOfDerivative, type Derivative } from './derivative-name.ts';
import { makePicture, pauseAfter } from './make-picture.ts';
import { FILM, PICTURE } from './pictured-types.ts';
import {
  derivativeImpossible,
  derivativesBusy,
  derivativesOff,
  isImpossible,
  noPictures,
  posterMissing,
} from './problems.ts';
import { readWhole } from './read-whole.ts';
import {
  claimDerivative,
  findDerivative,
  forgetDerivative,
  holdSource,
  POSTER,
  recordDerivative,
  recordFailure,
  type DerivativeRow,
  type MadeDerivative,
  type Source,
} from './store.ts';
import { FairTurns } from './fair-turns.ts';

/** Nobody claims it in this time, seconds: longer than making one may take. */
const CLAIM_SECONDS = 60;
/** Who makes it has so long for it; the rest of the claim is for storing it. */
const MAKING_MS = 40_000;
const MOST_WAITING_OF_TENANT = 64;
const MOST_WAITING = 1024;
const PAUSE_MS = 50;
const PATIENCE_MS = 20_000;
const MOST_KNOWN = 20_000;
/** Largest original that a picture is made of, bytes: it is held in memory. */
const LARGEST_ORIGINAL = 64 * 1024 * 1024;
const TOO_LARGE_SECONDS = 86_400;

/** What pictures are made with. */
export interface DerivativesOptions {
  db: TenantDatabase;
  blobs: BlobStore;
  /** How many are made at once; 0: none. */
  atOnce: number;
  /** Most pixels of an original. */
  maxPixels: number;
  /** How long a request waits for a picture that others make, milliseconds. Default 20 000. */
  patienceMs?: number;
  /** How long reading the original and making one may take, milliseconds. Default 40 000; less than a claim. */
  makingMs?: number;
}

/**
 * Smaller pictures of resources, made when somebody opens the first URL of one and then kept. Whether they may be opened
 * is decided before, by the right of the original.
 */
export class Derivatives {
  readonly #options: DerivativesOptions;
  readonly #turns: FairTurns;
  /** By what it is made of, whose bytes never change. */
  readonly #known = new LRUCache<string, MadeDerivative>({ max: MOST_KNOWN });
  readonly #underWay = new Map<string, Promise<MadeDerivative>>();

  constructor(options: DerivativesOptions) {
    this.#options = options;
    this.#turns = new FairTurns({
      atOnce: options.atOnce,
      waitingOfTenant: MOST_WAITING_OF_TENANT,
      waiting: MOST_WAITING,
    });
  }

  /**
   * @param resource complete, and somebody may open it
   * @returns its derivative as if it were a resource of its own
   * @throws Problem no-pictures, poster-missing, derivative-impossible, derivatives-busy, derivatives-off, not-found
   */
  async of(resource: Resource, derivative: Derivative): Promise<Resource> {
    const source = await this.#sourceOf(resource);
    const name = `${source.sourceKey} ${derivative.name}`;
    let made = this.#known.get(name);
    if (!made) {
      let making = this.#underWay.get(name);
      if (!making) {
        making = this.#findOrMake(source, derivative).finally(() => this.#underWay.delete(name));
        this.#underWay.set(name, making);
      }
      made = await making;
      this.#known.set(name, made);
    }
    const displayName = `${resource.displayName.replace(/\.[^.]*$/, '')}-${derivative.name}`;
    return { ...resource, ...made, path: pathOfDerivative(resource.path, derivative), displayName };
  }

  /** The bytes of a derivative are not there, although its row says so: the next request makes them again. */
  async lost({ tenantId, objectKey }: Resource): Promise<void> {
    for (const [name, made] of this.#known) if (made.objectKey === objectKey) this.#known.delete(name);
    await forTenant(this.#options.db, tenantId, (connection) => forgetDerivative(connection, objectKey));
  }

  async #sourceOf({ tenantId, objectKey: resourceKey, contentType, size }: Resource): Promise<SizedSource> {
    if (PICTURE.test(contentType)) return { tenantId, resourceKey, sourceKey: resourceKey, size };
    if (!FILM.test(contentType)) throw noPictures();
    const poster = await readForTenant(this.#options.db, tenantId, (connection) =>
      findDerivative(connection, { tenantId, sourceKey: resourceKey, name: POSTER }),
    );
    if (!poster) throw posterMissing();
    return { tenantId, resourceKey, sourceKey: poster.objectKey, size: poster.size ?? 0 };
  }

  async #findOrMake(source: SizedSource, derivative: Derivative): Promise<MadeDerivative> {
    const { db, atOnce, patienceMs = PATIENCE_MS } = this.#options;
    const until = performance.now() + patienceMs;
    for (;;) {
      const found = await readForTenant(db, source.tenantId, (connection) =>
        findDerivative(connection, { ...source, name: derivative.name }),
      );
      if (found && !found.isUnderWay && !found.isAbandoned) return toMade(found);
      if (!found || found.isAbandoned) {
        if (atOnce === 0) throw derivativesOff('DERIVATIVES_AT_ONCE is 0.');
        const made = await this.#turns.run(source.tenantId, until - performance.now(), () =>
          this.#make(source, derivative),
        );
        if (made) return made;
      }
      if (performance.now() > until) throw derivativesBusy('Another server is making it.');
      await sleep(PAUSE_MS);
    }
  }

  /** @returns undefined: somebody else makes it, or has just made it */
  async #make(source: SizedSource, derivative: Derivative): Promise<MadeDerivative | undefined> {
    const { db, blobs, makingMs = MAKING_MS } = this.#options;
    const { tenantId } = source;
    const objectKey = newBlobKey();
    const late = performance.now() + makingMs;
    const claim = await this.#claim(source, derivative, objectKey);
    if (!claim) return undefined;
    try {
      const picture = await this.#picture(source, derivative);
      // Whoever removes what an abandoned claim has left must not come before these bytes.
      if (performance.now() > late) throw derivativesBusy('Reading its original took too long.');
      const contentType = `image/${derivative.format}`;
      const stored = await blobs.put(objectKey, picture, { contentType });
      const made = { objectKey, contentType, ...stored };
      const isRecorded = await forTenant(
        db,
        tenantId,
        async (connection) =>
          (await holdSource(connection, source)) && (await recordDerivative(connection, made)),
      );
      if (!isRecorded) throw originalGone();
      return made;
    } catch (error) {
      await this.#giveUp({ tenantId, objectKey, ...claim }, error).catch(() => undefined);
      throw error;
    }
  }

  /** @returns undefined: somebody else was faster */
  #claim(source: SizedSource, { name }: Derivative, objectKey: string): Promise<Claim | undefined> {
    const { tenantId } = source;
    return forTenant(this.#options.db, tenantId, async (connection) => {
      if (!(await holdSource(connection, source))) throw originalGone();
      const found = await findDerivative(connection, { ...source, name }, true);
      if (found && !found.isAbandoned) return undefined;
      if (found) {
        await discardBlob(connection, tenantId, found.objectKey);
        await forgetDerivative(connection, found.objectKey);
      }
      const seconds = CLAIM_SECONDS;
      const isClaimed = await claimDerivative(connection, { ...source, name }, { objectKey, seconds });
      return isClaimed ? { pauseSeconds: found?.pauseSeconds ?? null } : undefined;
    });
  }

  /** What this cannot do, because the store or the database is away, is swept when the claim is over. */
  async #giveUp(
    { tenantId, objectKey, pauseSeconds }: Claim & { tenantId: string; objectKey: string },
    error: unknown,
  ): Promise<void> {
    const { db, blobs } = this.#options;
    const failure = isImpossible(error) ? error : undefined;
    // Of what is impossible nothing was stored.
    if (!failure) await blobs.delete(objectKey);
    await forTenant(db, tenantId, (connection) =>
      failure
        ? recordFailure(connection, objectKey, {
            why: failure.detail ?? '',
            seconds: pauseAfter(failure.rememberSeconds, pauseSeconds),
          })
        : forgetDerivative(connection, objectKey),
    );
  }

  async #picture({ sourceKey, size }: SizedSource, derivative: Derivative): Promise<Buffer> {
    const { blobs, maxPixels } = this.#options;
    if (size > LARGEST_ORIGINAL) {
      const why = `It has more than ${LARGEST_ORIGINAL} bytes, from which none is made.`;
      throw derivativeImpossible(why, TOO_LARGE_SECONDS);
    }
    const bytes = await blobs
      .get(sourceKey)
      .then(readWhole)
      .catch((error: unknown) => {
        // The change that has removed it is on its way here.
        throw error instanceof BlobNotFoundError ? originalGone() : error;
      });
    return makePicture(bytes, derivative, maxPixels);
  }
}

type SizedSource = Source & { size: number };

/** After which pause somebody tries again. */
type Claim = Pick<DerivativeRow, 'pauseSeconds'>;

const originalGone = (): Problem => notFound('There is no such resource any more.');

function toMade({ objectKey, contentType, size, sha256, failure }: DerivativeRow): MadeDerivative {
  if (contentType === null || size === null || sha256 === null) {
    throw derivativeImpossible(failure ?? '', 0);
  }
  return { objectKey, contentType, size, sha256 };
}
