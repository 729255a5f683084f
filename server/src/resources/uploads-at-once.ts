import { Problem } from '../platform/problem.ts';

/** 429 `too-many-uploads`. @param most of one person at once */
export const tooManyUploads = (most: number): Problem =>
  new Problem(
    429,
    'too-many-uploads',
    'You send as many files at once as you may',
    `Send the others when one has arrived: at most ${most} at a time (UPLOADS_AT_ONCE).`,
    { 'Retry-After': '5' },
  );

/** How many files one person sends to this server at the same time, by whatever call: each holds a socket, and a lock or a file. */
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
