import type { Outcome } from './outcome.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceRequest, SignTransport } from './sign-transport.ts';

/** As many resources as one batch may hold (HTTP contract), and as many for callers who are not signed in. */
const MAX_BATCH = 200;
const MAX_ANONYMOUS_BATCH = 50;

interface Item {
  readonly request: ResourceRequest;
  readonly done: (outcome: Outcome) => void;
}

/**
 * Collects what is asked for in one turn and sends it in one microtask, in batches of at most 200. Once a server
 * refuses that many at once it gets 50 at a time, until `clear()`: somebody may have signed in.
 */
export class RequestQueue {
  readonly #transport: SignTransport;
  readonly #underWay = new Set<{ abort: () => void }>();
  #items: Item[] = [];
  #limit = MAX_BATCH;

  constructor(transport: SignTransport) {
    this.#transport = transport;
  }

  /** `done` is called once, never before this call returned, and not at all after `clear()`. */
  add(request: ResourceRequest, done: (outcome: Outcome) => void): void {
    this.#items.push({ request, done });
    if (this.#items.length === 1) queueMicrotask(() => this.#flush());
  }

  /** Forgets what waits and aborts what is under way. */
  clear(): void {
    this.#items = [];
    this.#limit = MAX_BATCH;
    for (const { abort } of this.#underWay) abort();
    this.#underWay.clear();
  }

  #flush(): void {
    const items = this.#items;
    this.#items = [];
    this.#sendAll(items);
  }

  #sendAll(items: readonly Item[]): void {
    const limit = this.#limit;
    for (let start = 0; start < items.length; start += limit) this.#send(items.slice(start, start + limit));
  }

  #send(items: readonly Item[]): void {
    const batch: { abort: () => void } = { abort: () => undefined };
    this.#underWay.add(batch);
    batch.abort = this.#transport(
      items.map(({ request }) => request),
      (outcomes) => {
        this.#underWay.delete(batch);
        if (items.length > MAX_ANONYMOUS_BATCH && outcomes.every(isTooMuch)) {
          this.#limit = MAX_ANONYMOUS_BATCH;
          return this.#sendAll(items);
        }
        outcomes.forEach((outcome, index) => items[index]?.done(outcome));
      },
    );
  }
}

function isTooMuch(outcome: Outcome): boolean {
  return outcome instanceof ResourceUrlError && (outcome.status === 400 || outcome.status === 413);
}
