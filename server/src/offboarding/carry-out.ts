import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { OwnerKeys } from '../keys/owner-keys.ts';
import type { Database } from '../platform/database.ts';
import { described } from '../platform/problem-handler.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import type { ResourceChanges } from '../resources/change-resource.ts';
import type { Departure } from './departure.ts';
import {
  claimDeparture,
  countTransfers,
  dueDepartures,
  keepClaim,
  markEffective,
  releaseClaim,
} from './departure.store.ts';
import { endMemberships } from './end-memberships.ts';
import { whatStays } from './what-stays.ts';

/** What carrying out needs. */
export interface CarryOutOptions {
  db: TenantDatabase;
  /** Acts as `holder`: sees of every tenant what is due. */
  holder: Database;
  ownerKeys: OwnerKeys;
  /** Gives resources to another owner. */
  changes: Pick<ResourceChanges, 'transfer'>;
  log: Logger;
  /** Between two looks, milliseconds. Default 2000. */
  everyMs?: number;
  /** How long the receipt is waited for, milliseconds. Default 5000. */
  receiptWaitMs?: number;
}

/** Who does it, for the audit: nobody who could be erased. */
const ACTOR = 'system';
const CLAIM_SECONDS = 120;
const MOST_AT_ONCE = 50;
const RECEIPT_WAIT_MS = 5000;

/** Somebody has undone it meanwhile: nothing more of it is done. */
class Undone extends Error {
  override readonly name = 'Undone';
}

/** This server ends: another goes on with it at once. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Carries out departures whose time has come: first the documents go to their new owner, then the leaver is revoked, then
 * taken out of every collection. A
 * document that cannot be given away is counted and never holds up the revocation. Any server may do it; each step may be
 * repeated, so one that was killed in the middle is finished by another, once its claim has run out.
 */
export class CarryOut {
  readonly #options: CarryOutOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: CarryOutOptions) {
    this.#options = options;
  }

  /** Looks now, without being waited for, and again and again. */
  start(): void {
    const look = (): void => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    };
    look();
    this.#timer = setInterval(look, this.#options.everyMs ?? 2000);
    this.#timer.unref();
  }

  /** Waits for the document that is under way; another server goes on with the departure. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Carries out one departure if its time has come and nobody else is at it. */
  async ifDue(tenantId: string, id: string): Promise<void> {
    const claimed = await forTenant(this.#options.db, tenantId, (connection) =>
      claimDeparture(connection, tenantId, id, CLAIM_SECONDS),
    );
    if (!claimed) return;
    try {
      await this.#carryOut(tenantId, claimed);
    } catch (error) {
      if (error instanceof Undone) return;
      await forTenant(this.#options.db, tenantId, (connection) =>
        releaseClaim(connection, tenantId, id),
      ).catch(() => undefined);
      if (!(error instanceof Interrupted)) throw error;
    }
  }

  async #look(): Promise<void> {
    const { holder, log } = this.#options;
    try {
      for (const { tenantId, id } of await dueDepartures(holder, MOST_AT_ONCE)) {
        if (this.#closed) return;
        await this.ifDue(tenantId, id).catch((error: unknown) =>
          log.error(described(error), 'a departure could not be carried out; it is tried again'),
        );
      }
    } catch (error) {
      log.warn(described(error), 'nobody knows which departures are due');
    }
  }

  async #carryOut(tenantId: string, departure: Departure): Promise<void> {
    const { db, ownerKeys, receiptWaitMs = RECEIPT_WAIT_MS } = this.#options;
    const { id, owner, reason } = departure;
    if (departure.transfer) await this.#transfer(tenantId, departure, departure.transfer);
    const order = { tenantId, ownerId: owner, actor: ACTOR, ...(reason === null ? {} : { reason }) };
    const { epoch, receipt } = await ownerKeys.revokeSignatureKey(order, (connection) =>
      this.#keep(connection, tenantId, id),
    );
    await endMemberships(db, { tenantId, departureId: id, owner, actor: ACTOR });
    // Effective is when nobody serves them any more. While a receipt takes longer, the departure is taking effect.
    await Promise.race([receipt.catch(() => undefined), sleep(receiptWaitMs, undefined, { ref: false })]);
    await forTenant(db, tenantId, (connection) => markEffective(connection, tenantId, id, epoch));
  }

  /** @throws Undone */
  async #keep(connection: TenantConnection, tenantId: string, id: string): Promise<void> {
    if (!(await keepClaim(connection, tenantId, id, CLAIM_SECONDS))) throw new Undone();
  }

  async #transfer(
    tenantId: string,
    { id, owner, reason }: Departure,
    { to, prefix }: { to: string; prefix: string | null },
  ): Promise<void> {
    const { db, changes, log } = this.#options;
    const resourceIds = await readForTenant(db, tenantId, (connection) =>
      whatStays(connection, { tenantId, ownerId: owner, prefix }),
    );
    let transferred = 0;
    let notTransferred = 0;
    const count = (): Promise<void> =>
      forTenant(db, tenantId, (connection) =>
        countTransfers(connection, tenantId, id, { transferred, notTransferred }),
      );
    try {
      for (const resourceId of resourceIds) {
        if (this.#closed) throw new Interrupted();
        await forTenant(db, tenantId, (connection) => this.#keep(connection, tenantId, id));
        try {
          const order = { principal: { tenantId, id: ACTOR }, id: resourceId, reason: reason ?? undefined };
          const { receipt } = await changes.transfer(order, to);
          transferred += 1;
          // It is theirs whatever becomes of the receipt; that of the revocation says the same later.
          await receipt.catch(() => undefined);
        } catch (error) {
          notTransferred += 1;
          log.error(
            { ...described(error), departure: id },
            'a document of a leaver could not be transferred',
          );
        }
      }
    } catch (error) {
      // What is the new owner's stays so, whether somebody has undone it or another server goes on.
      await count().catch(() => undefined);
      throw error;
    }
    await count();
  }
}
