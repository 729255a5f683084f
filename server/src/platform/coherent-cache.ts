import { LRUCache } from 'lru-cache';

/**
 * A bounded cache of values that a change elsewhere can make wrong. Concurrent loads of one key share one question,
 * and an answer that was under way when its key was invalidated is thrown away and asked for again: a slow answer
 * must not revive what has just been removed. Only values are kept, never absences.
 */
export class CoherentCache<V extends object> {
  readonly #values: LRUCache<string, V>;
  readonly #loads = new Map<string, Promise<V | undefined>>();
  readonly #load: (key: string) => Promise<V | undefined>;

  /**
   * @param load reads one value from where it is always true; undefined: there is none
   * @param max entries kept
   */
  constructor(load: (key: string) => Promise<V | undefined>, max: number) {
    this.#load = load;
    this.#values = new LRUCache({ max });
  }

  /** What is known now, without asking. */
  peek(key: string): V | undefined {
    return this.#values.get(key);
  }

  /** What is known, else what the question brings. */
  get(key: string): V | undefined | Promise<V | undefined> {
    return this.#values.get(key) ?? this.#loads.get(key) ?? this.#ask(key);
  }

  /** Forgets the key, and detaches an answer that is under way. */
  invalidate(key: string): void {
    this.#values.delete(key);
    this.#loads.delete(key);
  }

  /** Forgets every key that `concerns` says yes to, as {@link invalidate} does. */
  invalidateAll(concerns: (key: string) => boolean): void {
    // Both lists may shrink while they are gone through.
    for (const keys of [[...this.#values.keys()], [...this.#loads.keys()]]) {
      keys.filter(concerns).forEach((key) => this.invalidate(key));
    }
  }

  /** Detaches an answer that is under way, and keeps what is known: whoever calls has corrected it. */
  refresh(key: string): void {
    this.#loads.delete(key);
  }

  /** Forgets everything, and detaches every answer that is under way. */
  clear(): void {
    this.#values.clear();
    this.#loads.clear();
  }

  /** Values kept now, for whoever must find those that share something. */
  values(): IterableIterator<V> {
    return this.#values.values();
  }

  #ask(key: string): Promise<V | undefined> {
    const load: Promise<V | undefined> = this.#load(key).then(
      (value) => {
        if (this.#loads.get(key) !== load) return this.get(key);
        this.#loads.delete(key);
        if (value) this.#values.set(key, value);
        return value;
      },
      (error: unknown) => {
        if (this.#loads.get(key) === load) this.#loads.delete(key);
        throw error;
      },
    );
    this.#loads.set(key, load);
    return load;
  }
}
