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

/** The server ends, or it took too long: its event says so, and its connection is closed before the end. */
export class ExportBrokenOff extends Error {
  constructor() {
    super('the export was broken off');
  }
}

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
  /** At once on this server. Default 4. */
  most?: number;
  /** At once of one tenant, so that no tenant keeps all others from theirs. Default 2. */
  mostOfTenant?: number;
  /** With a proof, of all tenants: each has the database sort the whole log, on as much disk. Default 2, one of a tenant. */
  mostProofs?: number;
  /** A reader who takes a little now and then is cut off after so long, milliseconds. Default one hour. */
  longestMs?: number;
}

/** Takes rows out of the log for somebody, and records it. */
export class AuditExports {
  readonly #options: Required<AuditExportsOptions>;
  readonly #closing = new AbortController();
  readonly #running = new Set<{ tenantId: string; isProof: boolean }>();

  constructor(options: AuditExportsOptions) {
    this.#options = { most: 4, mostOfTenant: 2, mostProofs: 2, longestMs: 3_600_000, ...options };
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
    const { tenants, auditor, readings, longestMs } = this.#options;
    const giveBack = this.#takePlace({ tenantId: reader.tenantId, isProof: format === 'proof' });
    const ending = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(longestMs)]);
    try {
      await readings.exportBegun(reader, query, format);
      const pieces = await exportPieces(
        format,
        { tenants, auditor, scope, query, signal: AbortSignal.any([signal, ending]) },
        (rows, how) => readings.exported(reader, query, { format, rows, how }),
      );
      const first = await pieces.next();
      const body = Readable.from(begunWith(first, pieces), { highWaterMark: 1 });
      // It may wait for its reader, who takes nothing.
      const cut = (): void => void body.destroy(new ExportBrokenOff());
      ending.addEventListener('abort', cut);
      body.once('close', () => {
        ending.removeEventListener('abort', cut);
        giveBack();
        // Who never began to read it leaves it in the middle all the same.
        void pieces.return(undefined);
      });
      return { contentType: CONTENT_TYPES[format], body };
    } catch (error) {
      giveBack();
      throw signal.aborted ? invalidRequest('Whoever asked has left.') : error;
    }
  }

  /** @throws exportsBusy */
  #takePlace(place: { tenantId: string; isProof: boolean }): () => void {
    const { most, mostOfTenant, mostProofs } = this.#options;
    const running = [...this.#running];
    const ofTenant = running.filter(({ tenantId }) => tenantId === place.tenantId);
    if (running.length >= most || ofTenant.length >= mostOfTenant) throw exportsBusy();
    const isProof = (other: typeof place): boolean => other.isProof;
    if (place.isProof && (running.filter(isProof).length >= mostProofs || ofTenant.some(isProof))) {
      throw exportsBusy();
    }
    this.#running.add(place);
    return () => void this.#running.delete(place);
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
