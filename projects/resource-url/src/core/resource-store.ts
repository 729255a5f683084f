import { ResourceEntry, type EntrySurroundings } from './resource-entry.ts';
import type { RequestQueue } from './request-queue.ts';
import type { ResourceState } from './resource-state.ts';
import type { Target } from './resolve-target.ts';
import type { Outcome } from './signed-url.ts';
import type { Clock } from './clock.ts';

/** What a store is made of. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly fallback: string | undefined;
  /** Absent while rendering on the server: then nothing is asked for. */
  readonly queue: RequestQueue | undefined;
  /** How many resources that nobody listens to keep their URL; the one idle longest goes first. */
  readonly idleLimit: number;
  readonly stateChanged: (key: string, state: ResourceState) => void;
}

/** Every resource somebody asked for, by the key of its target. */
export class ResourceStore {
  readonly #entries = new Map<string, ResourceEntry>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<ResourceEntry>();
  readonly #queue: RequestQueue | undefined;
  readonly #idleLimit: number;
  readonly #surroundings: EntrySurroundings;

  constructor({ clock, fallback, queue, idleLimit, stateChanged }: StoreOptions) {
    this.#queue = queue;
    this.#idleLimit = idleLimit;
    this.#surroundings = {
      clock,
      fallback,
      ask: queue && ((request, done) => queue.add(request, done)),
      changed: (entry) => {
        this.#sortIdle(entry);
        stateChanged(entry.target.key, entry.state);
      },
    };
  }

  /** Hands every URL for the target to `next`, at once when there is a good one, until the result is called. */
  listen(target: Target, next: (url: string) => void): () => void {
    return this.#entry(target).listen(next);
  }

  /** Hands the outcome for the target to `settled`, once. */
  settle(target: Target, settled: (outcome: Outcome) => void): void {
    this.#entry(target).settle(settled);
  }

  state(target: Target): ResourceState {
    return this.#entry(target).state;
  }

  refresh(target: Target): void {
    this.#entry(target).refresh();
  }

  reportBroken({ key }: Target): void {
    this.#entries.get(key)?.reportBroken();
  }

  invalidate({ key }: Target): void {
    this.#entries.get(key)?.invalidate();
  }

  /** Forgets every URL and drops the answers to what is under way. */
  clear(): void {
    this.#queue?.clear();
    for (const entry of [...this.#entries.values()]) entry.forget();
  }

  #entry(target: Target): ResourceEntry {
    const known = this.#entries.get(target.key);
    if (known) return known;
    const entry = new ResourceEntry(target, this.#surroundings);
    this.#entries.set(target.key, entry);
    this.#sortIdle(entry);
    return entry;
  }

  #sortIdle(entry: ResourceEntry): void {
    this.#idle.delete(entry);
    if (!entry.idle) return;
    this.#idle.add(entry);
    if (this.#idle.size <= this.#idleLimit) return;
    const [longest] = this.#idle;
    if (!longest) return;
    this.#idle.delete(longest);
    this.#entries.delete(longest.target.key);
  }
}
