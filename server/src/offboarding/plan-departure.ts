import { cleanUnchecked } from '../audit/clean.ts';
import { writeEvent } from '../audit/event.store.ts';
import { forbidden } from '../identity/principal.ts';
import { isInSome } from '../keys/membership.store.ts';
import { unknownOwner } from '../keys/owner-keys.ts';
import { insertOwner, lockOwner } from '../keys/store.ts';
import { randomId } from '../platform/ids.ts';
import type { Problem } from '../platform/problem.ts';
import { toProblem } from '../platform/problem-handler.ts';
import { forTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
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
  markUndone,
  scheduledFor,
} from './departure.store.ts';

/** Who asks, for the audit. */
export interface Asking {
  tenantId: string;
  /** Principal id, or the operator of a command. */
  actor: string;
  /** Whether they may give resources of others away: whoever gets a document can open it. */
  mayTransfer: boolean;
}

/**
 * Writes down that somebody leaves; a server carries it out. The rules are those of `Departures.plan`.
 *
 * @returns undefined for a dry run of one that is not planned yet
 * @throws forbidden, unknownOwner, transferTarget, departureExists
 */
export async function planDeparture(
  db: TenantDatabase,
  order: DepartureOrder,
  asking: Asking,
  { dryRun }: { dryRun: boolean },
): Promise<Departure | undefined> {
  const { tenantId, mayTransfer } = asking;
  if (order.transfer && !mayTransfer) throw forbidden('resource:transfer');
  return forTenant(db, tenantId, async (connection) => {
    const known = await plannable(connection, order, tenantId);
    if (dryRun) return undefined;
    if (!known) return store(connection, order, asking);
    return isLater(known, order) ? forward(connection, known, order, asking) : known;
  });
}

/** @returns why a departure is refused @throws the error, when it is a failure: nobody knows what became of it */
export function refusalOf(error: unknown): Problem {
  const problem = toProblem(error);
  if (problem.status < 500) return problem;
  throw error;
}

/**
 * Somebody stays after all. Undoing twice is undoing once.
 *
 * @throws unknownDeparture
 * @throws departureEnded when it took effect
 */
export async function undoDeparture(
  db: TenantDatabase,
  id: string,
  { tenantId, actor }: Pick<Asking, 'tenantId' | 'actor'>,
): Promise<Departure> {
  return forTenant(db, tenantId, async (connection) => {
    const owner = (await findDeparture(connection, tenantId, id))?.owner;
    // Whoever carries it out revokes under this lock: one of the two is first.
    const leaver = owner === undefined ? undefined : await lockOwner(connection, tenantId, owner);
    const found = await findDeparture(connection, tenantId, id, { lock: true });
    if (!found) throw unknownDeparture(id);
    if (found.status === 'effective' || found.status === 'taking-effect') throw departureEnded(found);
    if (found.status === 'undone') return found;
    const undone = await markUndone(connection, tenantId, id, leaver?.status === 'revoked');
    if (!undone) throw departureEnded(found);
    await writeEvent(connection, { event: 'departure-undone', tenantId, actor, owner: found.owner });
    return undone;
  });
}

/** @returns the departure if this very one, or a later one, is planned already, or has taken effect */
async function plannable(
  connection: TenantConnection,
  order: DepartureOrder,
  tenantId: string,
): Promise<Departure | undefined> {
  const { owner, transfer } = order;
  const leaver = await lockOwner(connection, tenantId, owner);
  // Not everybody who is in a collection owns something.
  if (!leaver && !(await isInSome(connection, { tenantId, ownerId: owner }))) throw unknownOwner(owner);
  // Whoever tells us of people who were disabled tells us of some again.
  if (leaver?.status === 'revoked' && isNow(order)) {
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
  await insertOwner(connection, { tenantId, id: owner, name: owner, handle: randomId() });
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
