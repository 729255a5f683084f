import { Readable } from 'node:stream';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { invalidRequest, Problem } from '../platform/problem.ts';
import { CONTENT_TYPES, exportPieces, type ExportFormat, type Pieces } from './export-pieces.ts';
import type { SearchScope } from './filter.store.ts';
import type { Reader, ReadingLog, ReadingQuery } from './reading-log.ts';

/** 503 `exports-busy`: each export holds a database connection for as long as its reader takes. */
export const exportsBusy = (): Problem =>
  new Problem(503, 'exports-busy', 'Too many exports are under way', 'Try again when one has ended.', {
    'Retry-After': '10',
  });

/** An export that may be sent. */
export interface StartedExport {
  contentType: string;
  /** UTF-8. Read it to its end, or destroy it. */
  body: Readable;
}

/** What exports need, and how many there may be. */
export interface AuditExportsOptions {
  tenants: TenantDatabase;
  /** May read every tenant: a batch that is proved may hold rows of others, of which the leaf hashes leave. */
  auditor: Database;
  readings: ReadingLog;
  /** At once on this server. Default 2. */
  most?: number;
}

/** Takes rows out of the log for somebody, and records it. */
export class AuditExports {
  readonly #options: Required<AuditExportsOptions>;
  readonly #closing = new AbortController();
  #running = 0;

  constructor(options: AuditExportsOptions) {
    this.#options = { most: 2, ...options };
  }

  /**
   * Records that the export begins, and reads its first rows, so that what fails at once is a refusal and not half a file.
   *
   * @param signal ends it: the reader has left
   * @throws exportsBusy
   * @throws Problem 503 `audit-unavailable`: it cannot be recorded, so it does not begin
   */
  async start(
    reader: Reader,
    scope: SearchScope,
    query: ReadingQuery,
    format: ExportFormat,
    signal: AbortSignal,
  ): Promise<StartedExport> {
    if (this.#running >= this.#options.most) throw exportsBusy();
    this.#running += 1;
    try {
      const { tenants, auditor, readings } = this.#options;
      await readings.exportBegun(reader, query, format);
      const pieces = await exportPieces(
        format,
        { tenants, auditor, scope, query, signal: AbortSignal.any([signal, this.#closing.signal]) },
        (rows, how) => readings.exported(reader, query, { format, rows, how }),
      );
      const first = await pieces.next();
      const body = Readable.from(begunWith(first, pieces), { highWaterMark: 1 });
      body.once('close', () => {
        this.#running -= 1;
        // Who never began to read it leaves it in the middle all the same.
        void pieces.return(undefined);
      });
      return { contentType: CONTENT_TYPES[format], body };
    } catch (error) {
      this.#running -= 1;
      throw signal.aborted ? invalidRequest('Whoever asked has left.') : error;
    }
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#closing.abort();
  }
}

async function* begunWith(first: IteratorResult<string, void>, rest: Pieces) {
  if (!first.done) yield first.value;
  yield* rest;
}
