import { waitAfter, type Backoff } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';
import type { Outcome } from './outcome.ts';
import { pathError } from './path-error.ts';
import { isTransient } from './resource-url-error.ts';
import type { ResourceRequest, SignTransport } from './sign-transport.ts';

/** As many resources as one batch may hold (HTTP contract). */
const MAX_BATCH = 200;

/** Longer than the longest delay between two repetitions: whoever waits is told rather than kept waiting. */
const PATIENCE_MS = 8_000;

interface Item {
  readonly request: ResourceRequest;
  readonly done: (outcome: Outcome) => void;
}

/**
 * Collects what is asked for in one turn and sends it in one microtask, in batches of at most 200.
 *
 * A request that fails altogether is repeated; what is asked for meanwhile waits for that repetition. While requests
 * fail there is one at a time, and after several failures in a row the breaker is open: whoever asks is told so at
 * once, until a probe comes through. A refusal of single resources is an answer, and counts as none of these.
 */
export interface RequestQueue {
  /** `done` is called once, never before this call returned, and not at all after `clear()`. */
  add(request: ResourceRequest, done: (outcome: Outcome) => void): void;
  /** Milliseconds until a request may be sent; 0: now. */
  closedMs(): number;
  /** Forgets what waits, aborts what is under way, and closes the breaker. */
  clear(): void;
}

/**
 * An empty queue.
 *
 * @param inMicrotask runs something in a microtask, and holds the application unstable until then
 */
export function requestQueue(
  transport: SignTransport,
  clock: Clock,
  backoff: Backoff,
  inMicrotask: (run: () => void) => void,
): RequestQueue {
  const underWay = new Set<() => void>();
  /** Another array after every clear(): what began with an earlier one is over. */
  let items: Item[] = [];
  let failures = 0;
  /** Nothing is sent before this time. */
  let closedUntil = 0;
  /** Set while a microtask or a timer will send what waits; takes the timer back. */
  let cancelFlush: Cancel | undefined;

  const closedMs = () => Math.max(0, closedUntil - clock.now());

  const schedule = () => {
    if (cancelFlush) return;
    cancelFlush = () => undefined;
    inMicrotask(flush);
  };

  const flush = () => {
    cancelFlush = cancelFlush?.();
    const wait = closedMs();
    if (wait > PATIENCE_MS) {
      const mine = items;
      for (const { request, done } of items.splice(0)) {
        if (mine === items) done(pathError('unavailable', request.path, 503, Math.ceil(wait / 1_000)));
      }
    } else if (wait) {
      if (items.length) cancelFlush = clock.after(wait, flush);
    } else {
      while (items.length && !closedMs() && !(failures && underWay.size)) send(items.splice(0, MAX_BATCH));
    }
  };

  const send = (sent: readonly Item[]) => {
    const failuresBefore = failures;
    const mine = items;
    let cancel = (): void => undefined;
    const abort = () => cancel();
    underWay.add(abort);
    cancel = transport(
      sent.map(({ request }) => request),
      (outcomes) => {
        underWay.delete(abort);
        if (mine !== items) return;
        if (isAgain(outcomes, failuresBefore)) items.unshift(...sent);
        else outcomes.forEach((outcome, index) => mine === items && sent[index]?.done(outcome));
        if (items.length) schedule();
      },
    );
    // An interceptor may call clear() before there is anything to abort.
    if (mine !== items) cancel();
  };

  /** Draws the conclusions from an answer. @returns whether the same is to be asked again */
  const isAgain = (outcomes: readonly Outcome[], failuresBefore: number) => {
    if (!outcomes.every(isTransient)) {
      failures = closedUntil = 0;
      return false;
    }
    // Requests that were under way together fail together, and count as one.
    if (failuresBefore === failures) {
      closedUntil = clock.now() + waitAfter(backoff, ++failures, outcomes[0]?.retryAfter);
    }
    return failures <= backoff.retries && closedMs() <= PATIENCE_MS;
  };

  return {
    add: (request, done) => {
      items.push({ request, done });
      schedule();
    },
    closedMs,
    clear: () => {
      cancelFlush = cancelFlush?.();
      items = [];
      failures = closedUntil = 0;
      for (const abort of underWay) abort();
      underWay.clear();
    },
  };
}
