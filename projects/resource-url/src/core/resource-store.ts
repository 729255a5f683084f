import { ResourceEntry, type EntrySurroundings } from './resource-entry.ts';
import type { RequestQueue } from './request-queue.ts';
import type { ResourceState } from './resource-state.ts';
import type { Target } from './resolve-target.ts';
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

  /** The one entry for the target. Use it at once: an idle entry may be replaced by a new one later. */
  entry(target: Target): ResourceEntry {
    let entry = this.#entries.get(target.key);
    if (!entry) {
      entry = new ResourceEntry(target, this.#surroundings);
      this.#entries.set(target.key, entry);
      this.#sortIdle(entry);
    }
    return entry;
  }

  /** Forgets every URL and drops the answers to what is under way. */
  clear(): void {
    this.#queue?.clear();
    for (const entry of [...this.#entries.values()]) entry.forget();
  }

  #sortIdle(entry: ResourceEntry): void {
    this.#idle.delete(entry);
    if (!entry.idle) return;
    this.#idle.add(entry);
    if (this.#idle.size <= this.#idleLimit) return;
    for (const longest of this.#idle) {
      this.#idle.delete(longest);
      this.#entries.delete(longest.target.key);
      return;
    }
  }
}
