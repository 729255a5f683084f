import { setTimeout as sleep } from 'node:timers/promises';
import { busy } from './problems.ts';

/** Work that is done once in this process, however many ask for it meanwhile. It goes on when all of them have left. */
export class SharedWork {
  readonly #patienceMs: number;
  readonly #underWay = new Map<string, Promise<void>>();

  /** @param patienceMs how long somebody waits for work that another one has begun */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Does the work, or waits for that of who asked before, and fails as it does.
   *
   * @param mayBeOld whether this failure of work that had begun before says nothing of what is now; then it is done once more
   * @throws Problem 409 `upload-busy` when it takes longer than somebody waits
   */
  async do(id: string, work: () => Promise<void>, mayBeOld: (error: unknown) => boolean): Promise<void> {
    const before = this.#underWay.get(id);
    if (!before) return this.#begin(id, work);
    try {
      return await this.#wait(before);
    } catch (error) {
      if (!mayBeOld(error)) throw error;
    }
    // Begun after it was asked for here, whoever has begun it.
    const next = this.#underWay.get(id);
    return next ? this.#wait(next) : this.#begin(id, work);
  }

  #begin(id: string, work: () => Promise<void>): Promise<void> {
    const ours = work().finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, ours);
    return ours;
  }

  async #wait(work: Promise<void>): Promise<void> {
    const enough = new AbortController();
    const tooLong = sleep(this.#patienceMs, undefined, { signal: enough.signal }).then(() => {
      throw busy();
    });
    // Whoever is not waited for any more is told to stop.
    tooLong.catch(() => undefined);
    return Promise.race([work, tooLong]).finally(() => enough.abort());
  }
}
