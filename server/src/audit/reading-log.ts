import type { Logger } from 'pino';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { failureOf } from './batch-failure.ts';
import { cleanUnchecked } from './clean.ts';
import { writeEvent } from './event.store.ts';
import type { SearchFilter } from './filter.store.ts';
import { AUDIT_EXPORT_BEGUN, AUDIT_EXPORTED, AUDIT_READ } from './reading-events.ts';
import type { EventRow } from './rows.ts';
import { auditUnavailable } from './unavailable.ts';

/** A signature is longer, and has no such beginning. */
const SIGNATURE_ID = /^sig_[\w-]{1,22}$/;

/** Who reads the log. */
export interface Reader {
  tenantId: string;
  /** Principal id. */
  actor: string;
  /** As `ipPrefix()` gives it. */
  ipPrefix: string;
  userAgent: string | undefined;
}

/** What is read: the filters, whatever page. Times are milliseconds since 1970. */
export interface ReadingQuery extends SearchFilter {
  since?: number | undefined;
  until?: number | undefined;
}

/** What the reading log needs, and its bounds. */
export interface ReadingLogOptions {
  database: TenantDatabase;
  /** Name of this server in the rows. */
  holder: string;
  log: Logger;
  /** For how long repetitions of a search are one row, milliseconds. Default 60 000. */
  togetherMs?: number;
  /** Searches whose repetitions are told apart; of more, each is a row. Default 1000. */
  maxOpen?: number;
}

interface Open {
  reader: Reader;
  query: ReadingQuery;
  /** Settles when the first row is committed. */
  recorded: Promise<void>;
  /** After the first. */
  pages: number;
  rows: number;
  timer: NodeJS.Timeout;
}

/**
 * The record of who read the log. The first search of a person with some filters is a row before it is answered; what
 * the same person looks up with the same filters in the next minute (further pages, a page that asks every two seconds)
 * is one more row, when that minute is over. A killed process loses that second row, never the first.
 */
export class ReadingLog {
  readonly #options: Required<ReadingLogOptions>;
  readonly #open = new Map<string, Open>();
  readonly #writing = new Set<Promise<void>>();

  constructor(options: ReadingLogOptions) {
    this.#options = { togetherMs: 60_000, maxOpen: 1000, ...options };
  }

  /**
   * Call it with what a search found, before it is answered.
   *
   * @throws Problem 503 `audit-unavailable`: then the search must not be answered
   */
  async searched(reader: Reader, query: ReadingQuery, rows: number): Promise<void> {
    const key = JSON.stringify([reader.tenantId, reader.actor, describeQuery(query), columnsOf(query)]);
    const open = this.#open.get(key);
    if (open) {
      open.pages += 1;
      open.rows += rows;
      return open.recorded;
    }
    const recorded = this.#write(reader, query, AUDIT_READ, `rows=${rows}`);
    if (this.#open.size < this.#options.maxOpen) {
      const timer = setTimeout(() => void this.#finish(key), this.#options.togetherMs);
      this.#open.set(key, { reader, query, recorded, pages: 0, rows: 0, timer });
      recorded.catch(() => this.#forget(key));
    }
    return recorded;
  }

  /** @throws Problem 503 `audit-unavailable`: then no row may leave */
  exportBegun(reader: Reader, query: ReadingQuery, format: string): Promise<void> {
    return this.#write(reader, query, AUDIT_EXPORT_BEGUN, `format=${format}`);
  }

  /**
   * @param rows that were handed over
   * @param how `complete`, or `broken-off`: the reader left, or something failed
   * @throws Problem 503 `audit-unavailable`
   */
  exported(
    reader: Reader,
    query: ReadingQuery,
    { format, rows, how }: { format: string; rows: number; how: 'complete' | 'broken-off' },
  ): Promise<void> {
    return this.#write(reader, query, AUDIT_EXPORTED, `format=${format} rows=${rows} ${how}`);
  }

  /** Writes what is left to write. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.#finish(key)));
    await Promise.allSettled(this.#writing);
  }

  async #finish(key: string): Promise<void> {
    const open = this.#forget(key);
    if (!open || open.pages === 0) return;
    const { reader, query, pages, rows } = open;
    await this.#write(reader, query, AUDIT_READ, `again pages=${pages} rows=${rows}`).catch(() => undefined);
  }

  #forget(key: string): Open | undefined {
    const open = this.#open.get(key);
    clearTimeout(open?.timer);
    this.#open.delete(key);
    return open;
  }

  async #write(reader: Reader, query: ReadingQuery, event: string, outcome: string): Promise<void> {
    const { database, holder, log } = this.#options;
    const row: EventRow = {
      ...reader,
      ...columnsOf(query),
      event,
      holder,
      reason: `${describeQuery(query)} ${outcome}`,
    };
    const writing = forTenant(database, reader.tenantId, (connection) => writeEvent(connection, row));
    const settled = writing.catch(() => undefined);
    this.#writing.add(settled);
    void settled.then(() => this.#writing.delete(settled));
    await writing.catch((error: unknown) => {
      log.error({ failure: failureOf(error), event }, 'reading the audit could not be recorded');
      throw auditUnavailable();
    });
  }
}

/**
 * What was asked about, in the columns that hold the same of other rows: erasing a person or a path empties it here too.
 * `owner` is the person asked about, as owner or as actor.
 */
function columnsOf({ path, pathPrefix, owner, actor, signatureId }: ReadingQuery) {
  // Whoever looks for a URL may paste it whole.
  return {
    path: cleanUnchecked(path ?? pathPrefix),
    owner: cleanUnchecked(owner ?? actor),
    // The signature itself looks like nothing in particular, so only what is surely an id is kept.
    signatureId: signatureId !== undefined && SIGNATURE_ID.test(signatureId) ? signatureId : undefined,
  };
}

/** The filters by name; values only of those that name nobody. */
function describeQuery(query: ReadingQuery): string {
  const { event, status, since, until, ...others } = query;
  const names = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const values = {
    event,
    status,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
  const told = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return [`by=${names.length > 0 ? names.join(',') : 'nothing'}`, ...told].join(' ');
}
