import { previewOwner } from '../keys/owner-preview.ts';
import type { Preview } from '../leases/dry-run.ts';
import type { Problem } from '../platform/problem.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { CarryOut, type CarryOutOptions } from './carry-out.ts';
import { unknownDeparture, type Departure, type DepartureOrder } from './departure.ts';
import { findDeparture, listDepartures, type DepartureFilter } from './departure.store.ts';
import { planDeparture, refusalOf, undoDeparture, type Asking } from './plan-departure.ts';
import { whatStays } from './what-stays.ts';

/** What a departure would end: `resources` and `urls` are all of the leaver's. */
export interface DeparturePreview extends Preview {
  /** Resources that would go to the new owner first. */
  transfers: number;
}

/** Plans departures and undoes them. */
export class Departures {
  readonly #db: TenantDatabase;
  readonly #carryOut: CarryOut;

  constructor(options: CarryOutOptions) {
    this.#db = options.db;
    this.#carryOut = new CarryOut(options);
  }

  /** Carries out from now on what is due. */
  start(): void {
    this.#carryOut.start();
  }

  /** Waits for the document that is under way; another server goes on with the departure. */
  close(): Promise<void> {
    return this.#carryOut.close();
  }

  /**
   * Plans that somebody leaves; one whose time has come takes effect before this returns. The same order again gives the
   * departure that is planned, so that whoever got no answer may repeat it. Who is to leave now and was planned to leave
   * later leaves now, with the transfer that was planned.
   *
   * @param dryRun only finds out whether it could be planned
   * @throws forbidden, unknownOwner, transferTarget, departureExists
   */
  async plan(
    order: DepartureOrder,
    asking: Asking,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<Departure | undefined> {
    const { tenantId } = asking;
    const planned = await planDeparture(this.#db, order, asking, { dryRun });
    if (!planned) return undefined;
    await this.#carryOut.ifDue(tenantId, planned.id);
    return this.get(tenantId, planned.id);
  }

  /**
   * What would end if this was ordered, without ordering it.
   *
   * @throws what `plan` throws
   */
  async preview(order: DepartureOrder, asking: Asking): Promise<DeparturePreview> {
    await this.plan(order, asking, { dryRun: true });
    const { tenantId } = asking;
    const { owner: ownerId, transfer } = order;
    const ends = await previewOwner(this.#db, tenantId, ownerId);
    if (!transfer) return { ...ends, transfers: 0 };
    const stays = await readForTenant(this.#db, tenantId, (connection) =>
      whatStays(connection, { tenantId, ownerId, prefix: transfer.prefix ?? null }),
    );
    return { ...ends, transfers: stays.length };
  }

  /** @returns the departure, or the problem of one that cannot be; undefined for one that a dry run would have planned */
  async planOrSay(
    order: DepartureOrder,
    asking: Asking,
    options: { dryRun: boolean },
  ): Promise<Departure | Problem | undefined> {
    return this.plan(order, asking, options).catch(refusalOf);
  }

  /** @throws unknownDeparture */
  async get(tenantId: string, id: string): Promise<Departure> {
    const found = await readForTenant(this.#db, tenantId, (connection) =>
      findDeparture(connection, tenantId, id),
    );
    if (!found) throw unknownDeparture(id);
    return found;
  }

  /** @returns by time, the earliest first */
  list(filter: DepartureFilter): Promise<Departure[]> {
    return readForTenant(this.#db, filter.tenantId, (connection) => listDepartures(connection, filter));
  }

  /**
   * Somebody stays after all. Undoing twice is undoing once.
   *
   * @throws unknownDeparture
   * @throws departureEnded when it took effect
   */
  async undo(id: string, { tenantId, actor }: Pick<Asking, 'tenantId' | 'actor'>): Promise<Departure> {
    return undoDeparture(this.#db, id, { tenantId, actor });
  }
}
