import { cleanUnchecked } from '../audit/clean.ts';
import { writeEvent } from '../audit/event.store.ts';
import { forbidden } from '../identity/principal.ts';
import { unknownOwner } from '../keys/owner-keys.ts';
import { previewOwner } from '../keys/owner-preview.ts';
import { lockOwner } from '../keys/store.ts';
import type { Preview } from '../leases/dry-run.ts';
import { randomId } from '../platform/ids.ts';
import type { Problem } from '../platform/problem.ts';
import { toProblem } from '../platform/problem-handler.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { CarryOut, type CarryOutOptions } from './carry-out.ts';
import {
  departureEnded,
  departureExists,
  transferTarget,
  unknownDeparture,
  type Departure,
  type DepartureOrder,
} from './departure.ts';
import {
  bringForward,
  findDeparture,
  insertDeparture,
  lastEffective,
  listDepartures,
  markUndone,
  scheduledFor,
  type DepartureFilter,
} from './departure.store.ts';
import { whatStays } from './what-stays.ts';

/** Who asks, for the audit. */
export interface Asking {
  tenantId: string;
  /** Principal id. */
  actor: string;
  /** Whether they may give resources of others away: whoever gets a document can open it. */
  mayTransfer: boolean;
}

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

  /** Waits for the departure that is under way. */
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
    if (order.transfer && !asking.mayTransfer) throw forbidden('resource:transfer');
    const planned = await forTenant(this.#db, tenantId, async (connection) => {
      const known = await plannable(connection, order, tenantId);
      if (dryRun) return undefined;
      if (!known) return store(connection, order, asking);
      return isLater(known, order) ? forward(connection, known, order, asking) : known;
    });
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
    return this.plan(order, asking, options).catch((error: unknown) => {
      const problem = toProblem(error);
      // One line that cannot be must not leave open what became of the others.
      if (problem.status < 500) return problem;
      throw error;
    });
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
    return forTenant(this.#db, tenantId, async (connection) => {
      const owner = (await findDeparture(connection, tenantId, id))?.owner;
      // Whoever carries it out revokes under this lock: one of the two is first.
      const leaver = owner === undefined ? undefined : await lockOwner(connection, tenantId, owner);
      const found = await findDeparture(connection, tenantId, id, { lock: true });
      if (!found) throw unknownDeparture(id);
      if (found.status === 'effective') throw departureEnded(found);
      if (found.status === 'undone') return found;
      const undone = await markUndone(connection, tenantId, id, leaver?.status === 'revoked');
      if (!undone) throw departureEnded(found);
      await writeEvent(connection, { event: 'departure-undone', tenantId, actor, owner: found.owner });
      return undone;
    });
  }
}

/** @returns the departure if this very one, or a later one, is planned already, or has taken effect */
async function plannable(
  connection: TenantConnection,
  order: DepartureOrder,
  tenantId: string,
): Promise<Departure | undefined> {
  const { owner, transfer } = order;
  const leaver = await lockOwner(connection, tenantId, owner);
  if (!leaver) throw unknownOwner(owner);
  // Whoever tells us of people who were disabled tells us of some again.
  if (leaver.status === 'revoked' && isNow(order)) {
    const earlier = await lastEffective(connection, tenantId, owner);
    if (earlier && (!transfer || isSameTransfer(earlier, order))) return earlier;
  }
  if (transfer) {
    if (transfer.to === owner) throw transferTarget('Whoever leaves cannot keep the documents.');
    const target = await lockOwner(connection, tenantId, transfer.to);
    if (!target) throw transferTarget(`There is no owner ${JSON.stringify(transfer.to)} here.`);
    if (target.status !== 'active')
      throw transferTarget(`The owner ${JSON.stringify(transfer.to)} is revoked.`);
  }
  const known = await scheduledFor(connection, tenantId, owner);
  if (known && !isSame(known, order) && !isLater(known, order)) throw departureExists(known);
  return known;
}

async function forward(
  connection: TenantConnection,
  known: Departure,
  { owner, reason }: DepartureOrder,
  { tenantId, actor }: Pick<Asking, 'tenantId' | 'actor'>,
): Promise<Departure> {
  const forwarded = await bringForward(connection, tenantId, known.id);
  if (!forwarded) throw departureExists(known);
  await writeEvent(connection, { event: 'departure-brought-forward', tenantId, actor, owner, reason });
  return forwarded;
}

async function store(
  connection: TenantConnection,
  { owner, at, transfer, reason }: DepartureOrder,
  { tenantId, actor }: Pick<Asking, 'tenantId' | 'actor'>,
): Promise<Departure> {
  // Somebody may have pasted the URL that leaked.
  const said = cleanUnchecked(reason);
  const made = { id: randomId(), tenantId, owner, at, transfer, reason: said, requestedBy: actor };
  const stored = await insertDeparture(connection, made);
  await writeEvent(connection, { event: 'departure-planned', tenantId, actor, owner, reason });
  return stored;
}

const isNow = ({ at }: DepartureOrder): boolean => at === undefined || at.getTime() <= Date.now();

/** Whether somebody is to leave now who was planned to leave later, in a way that does not contradict it. */
const isLater = (known: Departure, order: DepartureOrder): boolean =>
  isNow(order) && known.at.getTime() > Date.now() && (!order.transfer || isSameTransfer(known, order));

const isSameTransfer = (known: Departure, { transfer }: DepartureOrder): boolean =>
  (known.transfer?.to ?? null) === (transfer?.to ?? null) &&
  (known.transfer?.prefix ?? null) === (transfer?.prefix ?? null);

function isSame(known: Departure, order: DepartureOrder): boolean {
  const { at } = order;
  return (
    (at === undefined ? known.at.getTime() <= Date.now() : known.at.getTime() === at.getTime()) &&
    isSameTransfer(known, order)
  );
}
