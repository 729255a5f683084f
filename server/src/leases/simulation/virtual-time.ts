interface Entry {
  at: number;
  order: number;
  work: (() => void) | undefined;
}

/**
 * Time that passes only from event to event. What an event sets off in promises has come to rest before the next one,
 * so a run is the same whenever its seed is.
 */
export class VirtualTime {
  /** Milliseconds since the run began, which no process of the run can see. */
  now = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  /** @returns a function that takes the event back */
  after(milliseconds: number, work: () => void): () => void {
    const entry: Entry = { at: this.now + Math.max(0, milliseconds), order: this.#order, work };
    this.#order += 1;
    this.#push(entry);
    return () => (entry.work = undefined);
  }

  /** Lets everything happen that is due until then. */
  async runUntil(end: number): Promise<void> {
    // What the caller has begun comes to rest first.
    await new Promise(setImmediate);
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (!next.work) continue;
      this.now = next.at;
      next.work();
      await new Promise(setImmediate);
    }
    this.now = end;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (!left) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
