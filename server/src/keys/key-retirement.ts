import type { Logger } from 'pino';
import { writeEvent } from '../audit/event.store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipt, Receipts } from '../leases/receipts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { KEPT_SECONDS } from './key-rotation.ts';
import { destroyRetiringKeys, findDueKeys, lockOwners, type DueKey, type DueKeys } from './rotation.store.ts';

/** What the retirement of keys needs. */
export interface RetirementOptions {
  /** Acts as `holder`. */
  holder: Database;
  tenants: TenantDatabase;
  receipts: Receipts;
  clock: Pick<Clock, 'now'>;
  log: Pick<Logger, 'info'>;
}

/** How many keys are destroyed in one transaction. */
const BATCH = 200;

/** Destroys keys that were rotated, once no URL needs them. */
export class KeyRetirement {
  readonly #options: RetirementOptions;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /**
   * Destroys the salt of every key whose last URL has expired. Servers that do it at the same time take turns.
   *
   * @param signal ends it after the batch that is under way
   * @returns how many keys, and the receipt of the last change; no receipt: there was nothing to destroy
   */
  retireDue(signal?: AbortSignal): Promise<Retired> {
    // What is gone is gone, so one wrong clock must not be enough: the store asks the database's too.
    const before = this.#options.clock.now() - KEPT_SECONDS * 1000;
    return this.#retire({ before, keptSeconds: KEPT_SECONDS }, 'system', signal);
  }

  /**
   * Destroys at once whatever was made with a master secret that is not current any more and signs nothing new: every
   * URL that was signed with it is dead when the receipt is there. For a secret that has leaked.
   *
   * @param actor for the audit
   */
  async endOldMasters(actor: string): Promise<Retired> {
    const due = { before: Number.MAX_SAFE_INTEGER, keptSeconds: 0, onlyOldMasters: true };
    const retired = await this.#retire(due, actor);
    if (retired.receipt) return retired;
    // Of a call that was killed before its receipts nobody knows yet that the keys it destroyed are not in use any more.
    const [finished] = (await this.#options.receipts.finishPending(0)).slice(-1);
    return { ...retired, receipt: finished };
  }

  async #retire(due: DueKeys, actor: string, signal?: AbortSignal): Promise<Retired> {
    const receipts: Promise<Receipt>[] = [];
    let keys = 0;
    while (!signal?.aborted) {
      const found = await findDueKeys(this.#options.holder, due, BATCH);
      if (found.length === 0) break;
      for (const [tenantId, ofTenant] of Map.groupBy(found, (key) => key.tenantId)) {
        const done = await this.#destroy(tenantId, ofTenant, actor);
        if (!done) continue;
        keys += done.kids.length;
        receipts.push(this.#options.receipts.settle(done.epoch));
      }
    }
    const settled = await Promise.all(receipts);
    if (keys > 0) this.#options.log.info({ keys }, 'keys that were rotated are destroyed');
    return { keys, receipt: settled.at(-1) };
  }

  /** @returns undefined when another server was faster */
  #destroy(
    tenantId: string,
    keys: readonly DueKey[],
    actor: string,
  ): Promise<{ epoch: number; kids: string[] } | undefined> {
    return forTenant(this.#options.tenants, tenantId, async (connection) => {
      const owners = [...new Set(keys.map(({ ownerId }) => ownerId))];
      await lockOwners(connection, tenantId, owners);
      const kids = await destroyRetiringKeys(
        connection,
        tenantId,
        keys.map(({ kid }) => kid),
      );
      if (kids.length === 0) return undefined;
      await writeEvent(connection, {
        event: 'key-retired',
        tenantId,
        actor,
        reason: `keys=${kids.length}`,
        // One is nearly always all, and then the audit says whose.
        ...(kids.length === 1 ? { kid: kids[0], owner: owners[0] } : {}),
      });
      return { kids, epoch: await advanceEpoch(connection, { tenantId, change: 'key-retired', kids }) };
    });
  }
}

/** What was destroyed. */
export interface Retired {
  keys: number;
  receipt: Receipt | undefined;
}
