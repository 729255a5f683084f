import { derivativesBusy } from './problems.ts';

/** How much is done at once, and how much may wait for it. */
export interface TurnLimits {
  atOnce: number;
  /** Of one tenant. */
  waitingOfTenant: number;
  /** Of all together. */
  waiting: number;
}

/**
 * Lets few do at once what costs much, and a bounded number wait. Tenants take turns: who asks for one thing waits for one
 * of each other tenant at most, and for what is being done, however much the others have asked for.
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  /** Who waits, by tenant, in the order in which the tenants are next. None has no one. */
  readonly #queues = new Map<string, Set<() => void>>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * @param patienceMs how long it may wait for its turn
   * @throws Problem derivatives-busy when too many wait, or its turn does not come; whatever `work` throws
   */
  async run<T>(tenantId: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
    // Whoever ends hands over the place, so that nobody comes in between.
    if (this.#running >= this.#limits.atOnce) await this.#turn(tenantId, patienceMs);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(tenantId: string, patienceMs: number): Promise<void> {
    const { waitingOfTenant, waiting } = this.#limits;
    const queue = this.#queues.get(tenantId) ?? new Set();
    if (queue.size >= waitingOfTenant) {
      throw derivativesBusy(`${queue.size} of your organisation are waiting to be made already.`);
    }
    if (this.#waiting >= waiting) throw derivativesBusy(`${this.#waiting} are waiting to be made already.`);
    this.#queues.set(tenantId, queue);
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#leave(tenantId, queue, go);
        reject(derivativesBusy('Too many were to be made before it.'));
      }, patienceMs);
      queue.add(go);
    });
  }

  #next(): void {
    for (const [tenantId, queue] of this.#queues) {
      for (const go of queue) {
        this.#leave(tenantId, queue, go);
        // To the end of the line.
        if (this.#queues.delete(tenantId)) this.#queues.set(tenantId, queue);
        go();
        return;
      }
    }
    this.#running -= 1;
  }

  #leave(tenantId: string, queue: Set<() => void>, who: () => void): void {
    queue.delete(who);
    this.#waiting -= 1;
    if (queue.size === 0) this.#queues.delete(tenantId);
  }
}
