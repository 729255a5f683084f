/** A cache that is broken on purpose: it keeps an answer whatever happened while it was under way. */
export class FilledAnyway<V extends object> {
  readonly #values = new Map<string, V>();
  readonly #load: (key: string) => Promise<V | undefined>;

  constructor(load: (key: string) => Promise<V | undefined>) {
    this.#load = load;
  }

  peek(key: string): V | undefined {
    return this.#values.get(key);
  }

  get(key: string): V | Promise<V | undefined> {
    return (
      this.#values.get(key) ??
      this.#load(key).then((value) => {
        if (value) this.#values.set(key, value);
        return value;
      })
    );
  }

  invalidate(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
