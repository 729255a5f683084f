import { tooManyUploads } from './problems.ts';

/** How many uploads one person sends to this server at the same time: each holds a socket, and a lock or a file. */
export class UploadsAtOnce {
  readonly #most: number;
  readonly #sending = new Map<string, number>();

  /** @param most for each person, at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Runs while somebody sends.
   *
   * @throws Problem 429 `too-many-uploads`; whatever the work throws
   */
  async during<T>(
    { tenantId, ownerId }: { tenantId: string; ownerId: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const who = JSON.stringify([tenantId, ownerId]);
    const sending = this.#sending.get(who) ?? 0;
    if (sending >= this.#most) throw tooManyUploads(this.#most);
    this.#sending.set(who, sending + 1);
    try {
      return await work();
    } finally {
      const left = (this.#sending.get(who) ?? 1) - 1;
      if (left === 0) this.#sending.delete(who);
      else this.#sending.set(who, left);
    }
  }
}
