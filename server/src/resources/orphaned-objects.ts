import type { BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { knownObjectKeys, objectKeyTables, type ObjectKeyTable } from './object-keys.store.ts';

const PATIENCE_MS = 30_000;
const AT_ONCE = 500;

/** Where it is looked, and for what. */
export interface OrphanSearch {
  /** Acts as `holder`. */
  db: Database;
  blobs: Pick<BlobStore, 'list' | 'delete'>;
  clock: Pick<Clock, 'now'>;
  /** Younger objects are passed over: their row may be written at this moment. At least an hour. */
  olderThanMs: number;
  signal?: AbortSignal | undefined;
}

/** What was found. */
export interface Orphans {
  /** Objects that were looked at. */
  looked: number;
  /** Of those, younger than asked for. */
  young: number;
  /** Objects that no row knows. */
  keys: string[];
  /** Bytes of them. */
  bytes: number;
}

/** An object that no row knows may be one of somebody who must not be looked at from here, so nothing is removed. */
export class SweepRefused extends Error {
  override readonly name = 'SweepRefused';
}

const LEAST_AGE_MS = 3_600_000;

/**
 * Finds objects that belong to nobody: a crash between storing bytes and recording them leaves one, and no erasure
 * reaches it.
 *
 * @throws SweepRefused when rows are hidden, or no object at all is known, as with the store of another database
 */
export async function findOrphans(search: OrphanSearch): Promise<Orphans> {
  const { db, blobs, clock, olderThanMs, signal } = search;
  const before = clock.now() - Math.max(LEAST_AGE_MS, olderThanMs);
  const tables = await visibleTables(db);
  const found: Orphans = { looked: 0, young: 0, keys: [], bytes: 0 };
  let known = 0;
  let some = new Map<string, number>();
  const look = async (): Promise<void> => {
    const unknown = await unknownOf(db, tables, [...some.keys()]);
    known += some.size - unknown.length;
    found.keys.push(...unknown);
    for (const key of unknown) found.bytes += some.get(key) ?? 0;
    some = new Map();
  };
  for await (const { key, size, changedAt } of blobs.list()) {
    if (signal?.aborted) break;
    found.looked += 1;
    if (changedAt.getTime() >= before) found.young += 1;
    else some.set(key, size);
    if (some.size >= AT_ONCE) await look();
  }
  await look();
  if (found.keys.length > 0 && known === 0)
    throw new SweepRefused(
      `none of the ${found.keys.length} objects that are old enough is known to this database: is it the store of another one?`,
    );
  return found;
}

/**
 * Removes what was found, unless a row knows it by now.
 *
 * @returns how many were removed
 */
export async function removeOrphans(
  { db, blobs, signal }: Pick<OrphanSearch, 'db' | 'blobs' | 'signal'>,
  { keys }: Pick<Orphans, 'keys'>,
): Promise<number> {
  const tables = await visibleTables(db);
  let removed = 0;
  for (let first = 0; first < keys.length && !signal?.aborted; first += AT_ONCE) {
    for (const key of await unknownOf(db, tables, keys.slice(first, first + AT_ONCE))) {
      await blobs.delete(key);
      removed += 1;
    }
  }
  return removed;
}

async function visibleTables(db: Database): Promise<ObjectKeyTable[]> {
  const tables = await withConnection(db, PATIENCE_MS, objectKeyTables);
  const hidden = tables.filter(({ isVisible }) => !isVisible).map(({ name }) => name);
  if (hidden.length > 0 || tables.length === 0)
    throw new SweepRefused(
      `the role holder may not see every object key of ${hidden.join(', ') || 'any table'}`,
    );
  return tables;
}

async function unknownOf(
  db: Database,
  tables: readonly ObjectKeyTable[],
  keys: readonly string[],
): Promise<string[]> {
  if (keys.length === 0) return [];
  const known = await withConnection(db, PATIENCE_MS, (connection) =>
    knownObjectKeys(connection, tables, keys),
  );
  return keys.filter((key) => !known.has(key));
}
