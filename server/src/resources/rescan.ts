import type { Logger } from 'pino';
import { storedObject } from '../hygiene/examination.ts';
import type { Scanner } from '../hygiene/scanner.ts';
import type { Principal } from '../identity/principal.ts';
import { BlobNotFoundError, type BlobStore } from '../platform/blob-store.ts';
import type { Database } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { ResourceChanges } from './change-resource.ts';
import { findUnscanned, markScanned, type UnscannedResource } from './rescan.store.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 10_000;
const AT_ONCE = 50;
/** To read, one after the other: then the store is away. */
const MOST_FAILURES = 3;

/** What a run has done. */
export interface Rescan {
  scanned: number;
  quarantined: number;
}

/** What a rescan works with. */
export interface RescanParts {
  /** Acts as `holder`. */
  holder: Database;
  db: TenantDatabase;
  blobs: BlobStore;
  /** Undefined: there is none, and nothing is done. */
  scanner: Scanner | undefined;
  changes: ResourceChanges;
  log: Logger;
  /** 0: never by itself. */
  everyHours: number;
}

/**
 * Has what is stored looked at again once the virus scanner has new signatures, or was set only now: one file after the
 * other. What it finds is quarantined, which ends its URLs. What it cannot look at stays, and the log says so.
 */
export class Rescans {
  readonly #parts: RescanParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<Rescan> = Promise.resolve({ scanned: 0, quarantined: 0 });
  #closed = false;
  /** To read, one after the other. */
  #failures = 0;

  constructor(parts: RescanParts) {
    this.#parts = parts;
  }

  /** Runs every so many hours; nobody waits for it. */
  start(): void {
    const { everyHours, scanner } = this.#parts;
    if (everyHours === 0 || !scanner) return;
    this.#timer = setInterval(() => void this.run(), everyHours * HOUR_MS).unref();
  }

  /** Runs once, after a run that is under way. Never rejects. @returns what was done */
  run(): Promise<Rescan> {
    this.#running = this.#running.then(() => this.#run());
    return this.#running;
  }

  async #run(): Promise<Rescan> {
    const { scanner, holder, log } = this.#parts;
    const done = { scanned: 0, quarantined: 0 };
    this.#failures = 0;
    try {
      const signatures = await scanner?.signatures();
      if (signatures === undefined) return done;
      for (let after = ''; !this.#closed;) {
        const page = await withConnection(holder, PATIENCE_MS, (connection) =>
          findUnscanned(connection, { signatures, after, limit: AT_ONCE }),
        );
        for (const resource of page) {
          if (this.#closed || !(await this.#look(resource, signatures, done))) return done;
        }
        const last = page.at(-1);
        if (!last) break;
        after = last.id;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#closed) log.warn({ reason }, 'what is stored was not all looked at again');
    }
    return done;
  }

  /** @returns false: the scanner is away, and there is no use in going on */
  async #look(resource: UnscannedResource, signatures: string, done: Rescan): Promise<boolean> {
    const { scanner, db, blobs, changes, log } = this.#parts;
    const { id, tenantId, objectKey, size } = resource;
    const answer = await scanner?.scan(storedObject(blobs, objectKey, size)).then(
      (finding) => ({ finding }),
      (error: unknown) => this.#skip(error, resource),
    );
    if (!answer) return true;
    this.#failures = 0;
    const found = answer.finding;
    if (found?.code === 'infected') {
      await changes.quarantine({ principal: scannerOf(tenantId), id, reason: found.reason }).catch(gone);
      done.quarantined += 1;
    } else if (found) {
      log.warn({ resource: id, reason: found.reason }, 'the virus scanner did not look at it again');
      // What is too large stays so; anything else is no verdict, and it is asked again in the next run.
      if (!found.isLasting) return (await scanner?.signatures()) !== undefined;
    }
    done.scanned += 1;
    await forTenant(db, tenantId, (connection) => markScanned(connection, resource, signatures));
    return true;
  }

  /**
   * What cannot be read, as what was removed meanwhile, keeps none of the others.
   *
   * @throws the error when nothing can be read any more
   */
  #skip(error: unknown, { id }: UnscannedResource): undefined {
    if (!(error instanceof BlobNotFoundError) && ++this.#failures >= MOST_FAILURES) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn({ resource: id, reason }, 'it could not be read to be looked at again');
  }

  /** Waits for the file that is being looked at. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}

/** Acts in the name of nobody. */
function scannerOf(tenantId: string): Principal {
  const permissions = new Set(['resource:quarantine'] as const);
  return {
    tenantId,
    id: 'system',
    name: 'system',
    anonymous: false,
    kind: 'service',
    roles: [],
    permissions,
  };
}

/** Somebody deleted it, or put it into quarantine meanwhile. */
function gone(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}
