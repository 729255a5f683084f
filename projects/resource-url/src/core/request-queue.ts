import { pathError } from './resource-url-error.ts';
import type { Outcome, ResourceRequest, SignTransport } from './signed-url.ts';

/** As many resources as one batch may hold (HTTP contract). */
const MAX_BATCH = 200;

interface Item {
  readonly request: ResourceRequest;
  readonly done: (outcome: Outcome) => void;
}

/** Collects what is asked for in one turn and sends it in one microtask, in batches of at most 200. */
export class RequestQueue {
  readonly #transport: SignTransport;
  readonly #underWay = new Set<{ abort: () => void }>();
  #items: Item[] = [];

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
    for (const { abort } of this.#underWay) abort();
    this.#underWay.clear();
  }

  #flush(): void {
    const items = this.#items;
    this.#items = [];
    for (let start = 0; start < items.length; start += MAX_BATCH)
      this.#send(items.slice(start, start + MAX_BATCH));
  }

  #send(items: readonly Item[]): void {
    const batch: { abort: () => void } = { abort: () => undefined };
    this.#underWay.add(batch);
    batch.abort = this.#transport(
      items.map(({ request }) => request),
      (outcomes) => {
        this.#underWay.delete(batch);
        items.forEach(({ request, done }, index) => {
          done(outcomes[index] ?? pathError('malformed-answer', request.path, 'batch'));
        });
      },
    );
  }
}
