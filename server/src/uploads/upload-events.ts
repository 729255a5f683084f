import type { Logger } from 'pino';
import type { Principal } from '../identity/principal.ts';
import { ownerRevoked } from '../keys/owner-keys.ts';
import type { NumberedChange } from '../leases/change.ts';
import type { Database } from '../platform/database.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { tooManyStreams } from './problems.ts';
import { changedUploads, isRevoked, uploadStates, type UploadState } from './progress.store.ts';

/** How often a server asks for all who watch there. */
const EVERY_MS = 500;
const PATIENCE_MS = 5000;
/** A transaction may become visible so long after the time that it wrote. */
const OVERLAP_SECONDS = 10;
const BEAT_MS = 15_000;
const MOST_OF_A_PERSON = 6;
const MOST = 2000;
/** What a watcher is told at first, and remembers. */
const MOST_STATES = 1000;

/** Why a watcher is told no more. */
export type WatchEnd = 'signed-out' | 'revoked' | 'stopping';

/** Somebody who watches. */
export interface Watcher {
  tell(state: UploadState): void;
  /** Nothing has happened for a while. @returns whether they may go on watching */
  beat(): Promise<boolean>;
  end(why: WatchEnd): void;
}

interface Watch {
  watcher: Watcher;
  tenantId: string;
  ownerId: string;
  /** By upload: what was told last. */
  told: Map<string, UploadState>;
  /** It has ended, and is told so when it is told anything at all. */
  ended?: WatchEnd;
}

/**
 * Tells people how their uploads are doing, whichever server does the work: one question for all who watch at a server,
 * twice a second, and none while nobody does.
 */
export class UploadEvents {
  readonly #parts: { holder: Database; db: TenantDatabase; log: Logger; beatMs?: number };
  readonly #watches = new Set<Watch>();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #beating: NodeJS.Timeout | undefined;
  /** By the monotonic clock. */
  #asked = 0;
  #closed = false;

  /** @param parts.holder acts as `holder` @param parts.beatMs how often watchers are asked whether they may go on */
  constructor(parts: { holder: Database; db: TenantDatabase; log: Logger; beatMs?: number }) {
    this.#parts = parts;
  }

  /** @returns uploads of this person that are under way, or have just ended @throws Problem owner-revoked */
  now({ tenantId, id: ownerId }: Principal): Promise<UploadState[]> {
    return readForTenant(this.#parts.db, tenantId, async (connection) => {
      if (await isRevoked(connection, tenantId, ownerId)) throw ownerRevoked();
      return uploadStates(connection, { tenantId, ownerId, limit: MOST_STATES });
    });
  }

  /**
   * Tells a watcher what there is now, and then every change.
   *
   * @param ready is called before the first is told
   * @returns a function to call when nobody watches any more
   * @throws Problem owner-revoked, too-many-streams
   */
  async watch(principal: Principal, watcher: Watcher, ready: () => void): Promise<() => void> {
    const { tenantId, id: ownerId } = principal;
    const theirs = [...this.#watches].filter((one) => one.tenantId === tenantId && one.ownerId === ownerId);
    if (theirs.length >= MOST_OF_A_PERSON || this.#watches.size >= MOST || this.#closed) {
      throw tooManyStreams();
    }
    const watch: Watch = { watcher, tenantId, ownerId, told: new Map() };
    // Before the states are read, so that no change falls between; what is older than what was told is not told.
    this.#watches.add(watch);
    try {
      const states = await this.now(principal);
      ready();
      for (const state of states) tell(watch, state);
    } catch (error) {
      this.#watches.delete(watch);
      throw error;
    }
    // Before anything was answered, it could not be told.
    if (watch.ended) watcher.end(watch.ended);
    this.#start();
    return () => this.#remove(watch);
  }

  /** Whoever is revoked watches nothing any more. */
  apply({ tenantId, ownerId, change }: Pick<NumberedChange, 'tenantId' | 'ownerId' | 'change'>): void {
    if (change !== 'key-revoked') return;
    for (const watch of [...this.#watches]) {
      if (watch.tenantId === tenantId && watch.ownerId === ownerId) this.#end(watch, 'revoked');
    }
  }

  /** Ends all. */
  close(): void {
    this.#closed = true;
    for (const watch of [...this.#watches]) this.#end(watch, 'stopping');
  }

  #start(): void {
    if (this.#watches.size === 0) return;
    this.#beating ??= setInterval(() => void this.#beat(), this.#parts.beatMs ?? BEAT_MS);
    if (this.#timer || this.#isAsking) return;
    this.#asked = performance.now();
    this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
  }

  #remove(watch: Watch): void {
    this.#watches.delete(watch);
    if (this.#watches.size > 0) return;
    clearTimeout(this.#timer);
    clearInterval(this.#beating);
    this.#timer = this.#beating = undefined;
  }

  #end(watch: Watch, why: WatchEnd): void {
    this.#remove(watch);
    watch.ended = why;
    watch.watcher.end(why);
  }

  async #ask(): Promise<void> {
    const { holder, log } = this.#parts;
    const began = performance.now();
    const seconds = (began - this.#asked) / 1000 + OVERLAP_SECONDS;
    this.#isAsking = true;
    this.#timer = undefined;
    try {
      const changed = await withConnection(holder, PATIENCE_MS, (db) => changedUploads(db, seconds));
      this.#asked = began;
      for (const state of changed) this.#tellAll(state);
    } catch (error) {
      // Until it answers, nothing is told; then all that was missed.
      log.debug(
        { reason: error instanceof Error ? error.message : '' },
        'nobody knows how uploads are doing',
      );
    }
    this.#isAsking = false;
    if (this.#watches.size > 0) this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
  }

  #tellAll(state: UploadState): void {
    for (const watch of this.#watches) {
      const before = watch.told.get(state.uploadId);
      const isTheirs = watch.tenantId === state.tenantId && watch.ownerId === state.ownerId;
      // What was removed has no owner, but whoever was told of it wants to know the end.
      if (isTheirs) tell(watch, state);
      else if (state.ownerId === null && before) tell(watch, { ...state, resourceId: before.resourceId });
    }
  }

  async #beat(): Promise<void> {
    await Promise.all(
      [...this.#watches].map(async (watch) => {
        const goesOn = await watch.watcher.beat().catch(() => false);
        if (!goesOn && this.#watches.has(watch)) this.#end(watch, 'signed-out');
      }),
    );
  }
}

function tell({ watcher, told }: Watch, state: UploadState): void {
  const before = told.get(state.uploadId);
  if (before && before.changedAt >= state.changedAt) return;
  const isOver = before?.state === 'completed' || before?.state === 'quarantined';
  // Deleted long after: that is no news of the upload.
  if (isOver && state.state === 'cancelled') return;
  told.set(state.uploadId, state);
  if (told.size > MOST_STATES) told.delete(told.keys().next().value ?? '');
  watcher.tell(state);
}
