import { writeEvent } from '../audit/event.store.ts';
import { endEdgesAgain } from '../edges/replayed-edges.store.ts';
import { destroyKeysAgain, revokeSignaturesAgain } from '../keys/replayed-keys.store.ts';
import type { Change, ChangeKind } from '../leases/change.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import { forTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { endPathsAgain } from '../resources/replayed-paths.store.ts';
import type { RecordedChange } from './change-line.ts';
import { isSameMark } from './mark.ts';
import { claimChanges, skipEpochs } from './replay.store.ts';
import type { Survey } from './survey.ts';

const AT_ONCE = 100;

/**
 * Makes changes again that a database has lost. It only ends things, so it can do no harm to a database that has them;
 * what the database does not know is passed over. Each change gets a new number, past all that were ever given out.
 * Killed at any moment, it goes on where it was when it is called again.
 *
 * @param actor who is named in the audit
 * @returns the new numbers, for their receipts
 */
export async function replay(
  db: TenantDatabase,
  { newest, missing }: Pick<Survey, 'newest' | 'missing'>,
  actor: string,
): Promise<number[]> {
  const epochs: number[] = [];
  for (const [tenantId, changes] of Map.groupBy(missing, ({ tenant }) => tenant)) {
    for (let first = 0; first < changes.length; first += AT_ONCE) {
      const some = changes.slice(first, first + AT_ONCE);
      epochs.push(
        ...(await forTenant(db, tenantId, (connection) =>
          replaySome(connection, { tenantId, changes: some, past: newest.epoch, actor }),
        )),
      );
    }
  }
  return epochs;
}

/**
 * What is to be replayed when an operator goes on without changes that are in no line: the last that the checkpoints
 * know of then counts as made again, so that the database is no longer behind them.
 */
export function accepted({ newest, missing }: Survey, tenantId: string): Pick<Survey, 'newest' | 'missing'> {
  if (missing.some((change) => isSameMark(change, newest))) return { newest, missing };
  const nothing = { kids: [], signatureIds: [], edges: [], paths: [], prefixes: [] };
  return {
    newest,
    missing: [...missing, { ...newest, tenant: tenantId, change: 'loss-accepted', ...nothing }],
  };
}

async function replaySome(
  connection: TenantConnection,
  given: { tenantId: string; changes: readonly RecordedChange[]; past: number; actor: string },
): Promise<number[]> {
  const { tenantId, actor } = given;
  const claimed = await claimChanges(connection, tenantId, given.changes);
  const made: Change[] = [];
  for (const change of claimed) made.push(await makeAgain(connection, change, actor));
  // The epoch's row is the last lock that anybody takes.
  await skipEpochs(connection, given.past);
  const epochs: number[] = [];
  for (const change of made) epochs.push(await advanceEpoch(connection, change));
  return epochs;
}

/**
 * Changes that destroyed the keys they name; others name the keys of URLs that are concerned, and those live on. A
 * rotation names keys only when they had leaked.
 */
const DESTROYS_KEYS: readonly string[] = ['key-revoked', 'key-retired', 'key-rotated'];
/** Changes after which nobody may open what is there, or there was nothing: it may have been for everybody before. */
const TAKES_AWAY: readonly string[] = ['path-deleted', 'path-quarantined', 'path-moved'];
/** Changes that end no URL. */
const ENDS_NOTHING: readonly string[] = ['path-recreated'];

/** @returns the change as holders are to hear of it now */
async function makeAgain(
  connection: TenantConnection,
  recorded: RecordedChange,
  actor: string,
): Promise<Change> {
  const { tenant: tenantId, epoch, change, kids, signatureIds } = recorded;
  const event = {
    ...{ event: 'change-replayed', tenantId, actor },
    reason: `${change} of epoch ${epoch}, from the checkpoints`,
  };
  const owners = DESTROYS_KEYS.includes(change) ? await destroyKeysAgain(connection, tenantId, kids) : [];
  if (signatureIds.length > 0) await revokeSignaturesAgain(connection, tenantId, recorded);
  const edges = await endEdgesAgain(connection, tenantId, recorded.edges);
  const namesPaths = recorded.paths.length + recorded.prefixes.length > 0;
  const { paths, prefixes, underPrefixes } =
    namesPaths && !ENDS_NOTHING.includes(change)
      ? await endPathsAgain(connection, tenantId, recorded, TAKES_AWAY.includes(change))
      : NO_PATHS;

  for (const { name } of edges)
    await writeEvent(connection, { ...event, reason: `${event.reason}, edge=${name}` });
  for (const { ownerId } of owners) await writeEvent(connection, { ...event, owner: ownerId });
  for (const path of paths) await writeEvent(connection, { ...event, path });
  for (const path of prefixes)
    await writeEvent(connection, { ...event, path, reason: `${event.reason}, resources=${underPrefixes}` });
  for (const signatureId of signatureIds) await writeEvent(connection, { ...event, signatureId });
  return {
    // What a newer release calls it stays its name: holders look at what it names.
    ...{ tenantId, change: change as ChangeKind, kids, paths, prefixes, signatureIds },
    ...ifOne(owners, ({ ownerId }) => ({ ownerId })),
    ...ifOne([...signatureIds, ...edges.map(({ id }) => id)], (subject) => ({ subject })),
  };
}

const NO_PATHS = { paths: [], prefixes: [], underPrefixes: 0 };

const ifOne = <T, R>(items: readonly T[], then: (item: T) => R): R | undefined => {
  const [only, ...others] = items;
  return only !== undefined && others.length === 0 ? then(only) : undefined;
};
