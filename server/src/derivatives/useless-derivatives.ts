import type { BlobStore } from '../platform/blob-store.ts';
import type { DerivedBlobs, Ask } from '../resources/leftovers.ts';
import { derivedFrom, findUseless, forgetDerived } from './store.ts';

/** Whoever makes one has ended so long after the end of the claim. */
const GRACE_SECONDS = 600;
const AT_ONCE = 100;

/** Removes pictures with what they were made of, and what a killed server left. */
export class UselessDerivatives implements DerivedBlobs {
  readonly #blobs: BlobStore;
  readonly #graceSeconds: number;

  constructor(blobs: BlobStore, graceSeconds = GRACE_SECONDS) {
    this.#blobs = blobs;
    this.#graceSeconds = graceSeconds;
  }

  async removeOf(ask: Ask, objectKeys: readonly string[]): Promise<void> {
    // Whoever is making one finds that its original is gone, and removes what it has made.
    const derived = await ask((db) => derivedFrom(db, objectKeys));
    const made = derived.filter(({ isUnderWay }) => !isUnderWay);
    await this.#remove(
      ask,
      made.map(({ objectKey }) => objectKey),
    );
  }

  async removeUseless(ask: Ask): Promise<void> {
    for (;;) {
      const keys = await ask((db) => findUseless(db, { graceSeconds: this.#graceSeconds, limit: AT_ONCE }));
      if (keys.length === 0) return;
      await this.#remove(ask, keys);
    }
  }

  /** The rows go last: a crash in between removes bytes twice, which is no error. */
  async #remove(ask: Ask, objectKeys: readonly string[]): Promise<void> {
    for (const key of objectKeys) await this.#blobs.delete(key);
    if (objectKeys.length > 0) await ask((db) => forgetDerived(db, objectKeys));
  }
}
