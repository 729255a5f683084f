import type { Connection } from '../platform/database.ts';
import type { StoredRecord } from './chain-verifier.ts';
import { EVENT_WRITER } from './event-writer.ts';
import type { RowPlace } from './leaf.ts';
import { microsOfTime } from './micros.store.ts';
import type { LeafOnly, StoredRow } from './stored-row.ts';

/** A batch from before there were seals. */
export interface UnsealedRecord {
  writer: string;
  batchNo: number;
  rowCount: number;
  seal: null;
}

/** Sorting millions of rows in memory pieces of this size is several times faster than in the default 4 MB. */
const WORK_MEM = '256MB';

/** A first FETCH waits until everything is sorted. */
const FETCH_TIMEOUT_MS = 24 * 3_600_000;

/** Everything is read as it is at one moment. */
export async function beginSnapshot(connection: Connection): Promise<void> {
  await connection.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await connection.query(`SET LOCAL work_mem = '${WORK_MEM}'`);
  // The plan must not be chosen for the first rows only.
  await connection.query('SET LOCAL cursor_tuple_fraction = 1');
  await connection.query('SET LOCAL jit = off');
}

/** @returns the last day that an event says retention took, be it sealed or not */
export async function claimedRetirement(connection: Connection, event: string): Promise<string | undefined> {
  const { rows } = await connection.query<{ day: string | null }>({
    text: `SELECT max(resource_id COLLATE "C") AS day FROM resource_access_logs
           WHERE writer = $1 AND event = $2 AND resource_id ~ '^\\d{4}-\\d\\d-\\d\\d$'`,
    values: [EVENT_WRITER, event],
    query_timeout: FETCH_TIMEOUT_MS,
  } as { text: string; values: unknown[] });
  return rows[0]?.day ?? undefined;
}

/** A cursor's rows, in pieces. */
export class Pieces<T> {
  readonly #connection: Connection;
  readonly #name: string;
  readonly #size: number;
  readonly #convert: (row: unknown[]) => T;
  #piece: unknown[][] = [];
  #next = 0;
  #ahead: Promise<unknown[][]> | undefined;

  private constructor(connection: Connection, name: string, size: number, convert: (row: unknown[]) => T) {
    this.#connection = connection;
    this.#name = name;
    this.#size = size;
    this.#convert = convert;
  }

  static async open<T>(
    connection: Connection,
    cursor: { name: string; query: string; size: number; convert: (row: unknown[]) => T },
  ): Promise<Pieces<T>> {
    await connection.query(`DECLARE ${cursor.name} NO SCROLL CURSOR FOR ${cursor.query}`);
    return new Pieces(connection, cursor.name, cursor.size, cursor.convert);
  }

  /** The next row if it is here already; `undefined` says that `more` must be awaited. */
  take(): T | undefined {
    const row = this.#piece[this.#next];
    if (row === undefined) return undefined;
    this.#next += 1;
    return this.#convert(row);
  }

  /** The database makes the next piece ready while this one is worked on. @returns whether there is more */
  async more(): Promise<boolean> {
    this.#piece = await (this.#ahead ?? this.#fetch());
    this.#next = 0;
    this.#ahead = this.#piece.length < this.#size ? Promise.resolve([]) : this.#fetch();
    // It is told to whoever awaits it.
    this.#ahead.catch(() => undefined);
    return this.#piece.length > 0;
  }

  async #fetch(): Promise<unknown[][]> {
    const { rows } = await this.#connection.query<unknown[]>({
      text: `FETCH FORWARD ${this.#size} FROM ${this.#name}`,
      rowMode: 'array',
      query_timeout: FETCH_TIMEOUT_MS,
    } as { text: string; rowMode: 'array' });
    return rows;
  }
}

/** All batches in the order of writer and number. */
export const openRecords = (connection: Connection): Promise<Pieces<StoredRecord | UnsealedRecord>> =>
  Pieces.open(connection, {
    name: 'audit_records',
    query: `
      SELECT writer, batch_no::float8, row_count, attempt, ${microsOfTime('first_at')}, ${microsOfTime('last_at')},
        leaves, marks, seal
      FROM audit_batches
      UNION ALL
      SELECT writer, batch_no::float8, row_count, NULL, NULL, NULL, NULL, NULL, NULL
      FROM audit_batches_before_seals
      ORDER BY 1, 2`,
    size: 1000,
    convert: ([writer, batchNo, rowCount, attempt, firstAt, lastAt, leaves, marks, seal]) =>
      ({
        ...{ writer, batchNo, rowCount, attempt, leaves, marks, seal },
        ...{ firstAt: firstAt ?? undefined, lastAt: lastAt ?? undefined },
      }) as StoredRecord | UnsealedRecord,
  });

/** All rows, and what is kept of others, in the order of writer, batch and row. */
export const openRows = (connection: Connection): Promise<Pieces<StoredRow | LeafOnly>> =>
  Pieces.open(connection, {
    name: 'audit_rows',
    query: `
      SELECT writer, batch_no::float8, row_no, ${microsOfTime('accessed_at')}, event, tenant_id, resource_id,
        signature_id, kid, ${microsOfTime('expires_at')}, status, bytes::float8, duration_ms, holder,
        resource_path, actor, owner, reason, ip_prefix, user_agent, salt, commitment, NULL::bytea
      FROM resource_access_logs
      UNION ALL
      SELECT writer, batch_no::float8, row_no, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, leaf
      FROM audit_kept_leaves
      ORDER BY 1, 2, 3`,
    size: 2000,
    convert: storedRow,
  });

/** By index and in one literal: this is called for every row of a log. */
function storedRow(cells: unknown[]): StoredRow | LeafOnly {
  const place = { writer: cells[0], batchNo: cells[1], rowNo: cells[2] } as RowPlace;
  if (cells[LEAF] !== null) return { ...place, leaf: cells[LEAF] as Buffer };
  const row = {
    at: cells[3],
    event: cells[4],
    tenantId: cells[5],
    resourceId: cells[6],
    signatureId: cells[7],
    kid: cells[8],
    expiresAt: cells[9],
    status: cells[10],
    bytes: cells[11],
    durationMs: cells[12],
    holder: cells[13],
    path: cells[14],
    actor: cells[15],
    owner: cells[16],
    reason: cells[17],
    ipPrefix: cells[18],
    userAgent: cells[19],
  } as StoredRow['row'];
  const { writer, batchNo, rowNo } = place;
  return { writer, batchNo, rowNo, row, salt: cells[20], commitment: cells[21] } as StoredRow;
}

const LEAF = 22;
