import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { erasePersonRows } from '../audit/erase-person-rows.ts';
import { SearchTurns } from '../audit/search-turns.ts';
import { systemClock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { described } from '../platform/problem-handler.ts';
import { forTenant } from '../platform/tenant-database.ts';
import { certify, type Issuer } from './certify.ts';
import { ErasureFailure } from './erasure-failure.ts';
import { orderErasure, planErasure, type ErasurePlan, type OrderedErasure } from './erasure-order.ts';
import {
  deleteObjects,
  erase,
  probe,
  recheck,
  removeRows,
  revoke,
  type ErasureTools,
  type Work,
} from './erasure-steps.ts';
import { claim, ClaimLost, findErasure, findUnfinished, giveBack, type Claim } from './erasure.store.ts';
import type { ErasureRow, ErasureStep } from './erasure.ts';
import type { ErasureOrder } from './erase-person.ts';
import { RetryPauses } from './retry-pauses.ts';

/** What erasures of one server need. */
export interface ErasuresOptions extends ErasureTools, Issuer {
  /** Acts as `holder`: finds what other servers left. */
  holder: Database;
  log: Logger;
  /** How long a server that says nothing keeps an erasure to itself, milliseconds. Default 5000. */
  claimMs?: number;
  /** How often it looks for what others left, milliseconds. Default 5000. */
  lookEveryMs?: number;
}

const LOOK_AGAIN_MS = 100;

const STEPS: Readonly<Record<ErasureStep, (tools: ErasureTools & Issuer, work: Work) => Promise<void>>> = {
  probe,
  revoke,
  delete: deleteObjects,
  remove: removeRows,
  recheck,
  erase,
  certify,
};

/** Carries erasures out, its own and those that other servers left, each by one server at a time. */
export class Erasures {
  readonly #options: Required<ErasuresOptions>;
  readonly #worker = randomUUID();
  readonly #running = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();
  /** Whether nobody is named is known once all of the audit was read: that must not take every connection. */
  readonly #turns = new SearchTurns({ most: 3, mostOfTenant: 1, mostWaiting: 20 });
  readonly #pauses: RetryPauses;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: ErasuresOptions) {
    this.#options = { claimMs: 5_000, lookEveryMs: 5_000, ...options };
    this.#pauses = new RetryPauses(systemClock, this.#options.lookEveryMs);
  }

  /** Goes on with what was left, without being waited for. */
  start(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), this.#options.lookEveryMs);
    this.#timer.unref();
  }

  /** Stops after what is under way at this moment; another server, or the next start, goes on. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  /**
   * Orders an erasure and begins it. One that is under way is gone on with; of one that is done, what came in since is
   * erased.
   *
   * @throws unknownOwner, searchesBusy
   */
  async order(order: ErasureOrder): Promise<OrderedErasure> {
    const { db, secrets } = this.#options;
    const { tenantId, ownerId } = order;
    const ordered = await this.#turns.run(tenantId, async () => {
      const found = await orderErasure(db, order, secrets);
      if (found.isDone) await erasePersonRows(db, { tenantId, id: ownerId });
      return found;
    });
    // Somebody may have mended what it failed at.
    this.#pauses.forget(ordered.id);
    if (!ordered.isDone) this.#begin({ tenantId, id: ordered.id });
    return ordered;
  }

  /** @returns what an order would take away @throws unknownOwner, searchesBusy */
  plan(person: Pick<ErasureOrder, 'tenantId' | 'ownerId'>): Promise<ErasurePlan> {
    return this.#turns.run(person.tenantId, () => planErasure(this.#options.db, person));
  }

  /** @returns undefined when the tenant has none of this id */
  find(tenantId: string, id: string): Promise<ErasureRow | undefined> {
    return findErasure(this.#options.db, tenantId, id);
  }

  /** @returns the erasure when it is done, or as it is when that takes longer, or its try here has failed */
  async settled(tenantId: string, id: string, milliseconds: number): Promise<ErasureRow | undefined> {
    const until = performance.now() + milliseconds;
    for (;;) {
      const running = this.#running.get(id);
      const left = Math.max(0, until - performance.now());
      if (running) await Promise.race([running, sleep(left, undefined, { ref: false })]);
      const row = await this.find(tenantId, id);
      if (running || !row || row.step === 'done' || performance.now() >= until) return row;
      // Another server is at it.
      await sleep(Math.min(left, LOOK_AGAIN_MS));
    }
  }

  /** Looks for erasures that nobody works at. */
  look(): void {
    const { holder, log } = this.#options;
    this.#looking ??= findUnfinished(holder)
      .then(
        (left) => left.filter(({ id }) => this.#pauses.isOver(id)).forEach((one) => this.#begin(one)),
        (error: unknown) => log.debug(described(error), 'erasures could not be looked for'),
      )
      .finally(() => (this.#looking = undefined));
  }

  #begin(erasure: { tenantId: string; id: string }): void {
    if (this.#closing.signal.aborted || this.#running.has(erasure.id)) return;
    const running = this.#run(erasure).finally(() => this.#running.delete(erasure.id));
    this.#running.set(erasure.id, running);
  }

  /** Does what is left of it. Never throws: what fails is tried again later, here or elsewhere. */
  async #run({ tenantId, id }: { tenantId: string; id: string }): Promise<void> {
    const { db, log, claimMs } = this.#options;
    const mine: Claim = { erasureId: id, worker: this.#worker };
    const take = (): Promise<boolean> =>
      forTenant(db, tenantId, (connection) => claim(connection, mine, claimMs));
    let renewing: NodeJS.Timeout | undefined;
    let failure: string | null = null;
    try {
      if (!(await take())) return;
      // One that fails does no harm: whoever takes over repeats what this one does.
      renewing = setInterval(() => void take().catch(() => undefined), claimMs / 3);
      await this.#steps(tenantId, mine);
      this.#pauses.forget(id);
    } catch (error) {
      if (error instanceof ClaimLost || this.#closing.signal.aborted) return;
      this.#pauses.failed(id);
      failure = error instanceof ErasureFailure ? `${error.code}: ${error.message}` : 'internal';
      log.error({ erasure: id, ...described(error) }, 'an erasure could not go on, and will be tried again');
    } finally {
      clearInterval(renewing);
      await forTenant(db, tenantId, (connection) => giveBack(connection, mine, failure)).catch(
        () => undefined,
      );
    }
  }

  async #steps(tenantId: string, mine: Claim): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      const row = await this.find(tenantId, mine.erasureId);
      if (!row || row.step === 'done' || row.ownerId === null) return;
      signal.throwIfAborted();
      const { ownerId, actor } = row;
      await STEPS[row.step](this.#options, {
        ...{ row, ownerId, actor: actor ?? 'system', claim: mine, signal },
      });
    }
  }
}
