import type { Logger } from 'pino';
import type { BlobStore } from '../platform/blob-store.ts';
import { findOrphans, removeOrphans, type OrphanSearch } from './orphaned-objects.ts';

const FIRST_MS = 3_600_000;
const EVERY_MS = 86_400_000;
/** More than crashes leave: a wrong store or a restored database, and somebody has to look. */
const MOST_BY_ITSELF = 100;

/** What the sweep needs. */
export interface ObjectSweepOptions extends Omit<OrphanSearch, 'signal' | 'olderThanMs'> {
  blobs: Pick<BlobStore, 'list' | 'delete' | 'clearUnfinished'>;
  log: Logger;
  /** SWEEP_OBJECTS_AFTER_HOURS; 0: never. */
  olderThanHours: number;
}

/** Removes once a day what crashes left in the store: an hour after the start for the first time. */
export class ObjectSweep {
  readonly #options: ObjectSweepOptions;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: ObjectSweepOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.olderThanHours > 0) this.#after(FIRST_MS);
  }

  #after(milliseconds: number): void {
    if (this.#ended.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#sweeping = this.sweep().finally(() => this.#after(EVERY_MS));
    }, milliseconds).unref();
  }

  /** Looks, and removes if that is what crashes leave. Never rejects. */
  async sweep(): Promise<void> {
    const { log, olderThanHours, ...where } = this.#options;
    const { signal } = this.#ended;
    try {
      await where.blobs.clearUnfinished(where.clock.now());
      const found = await findOrphans({ ...where, olderThanMs: olderThanHours * 3_600_000, signal });
      const counts = { objects: found.looked, orphans: found.keys.length, bytes: found.bytes };
      if (found.keys.length > MOST_BY_ITSELF) {
        log.error(
          counts,
          'ALARM: more objects than crashes leave belong to no row, and none was removed: look with countersign storage sweep --dry-run. Is this the store of this database, and is it whole?',
        );
        return;
      }
      const removed = found.keys.length > 0 ? await removeOrphans({ ...where, signal }, found) : 0;
      log.info({ ...counts, removed }, 'objects that belong to no row were swept');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) log.warn({ reason }, 'the store was not swept of objects that belong to no row');
    }
  }

  async close(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    await this.#sweeping;
  }
}
