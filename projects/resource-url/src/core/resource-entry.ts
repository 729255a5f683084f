import type { Clock } from './clock.ts';
import type { Target } from './resolve-target.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceState, ResourceStatus } from './resource-state.ts';
import type { Outcome } from './outcome.ts';
import type { ResourceRequest } from './sign-transport.ts';
import type { SignedUrl } from './signed-url.ts';

/** A URL is not handed out in its last seconds: clocks differ, and the browser still has to fetch it. */
const EXPIRY_MARGIN_MS = 5_000;

const CANCELLED = new ResourceUrlError('cancelled', 'cancelled: the request was dropped by clear()');

const DEFERRED = new ResourceUrlError('deferred', 'deferred: nothing is signed on the server');

/** One object, so that asking for the first URL tells nobody of a change. */
const LOADING = resourceState('loading');

/** What an entry needs from around it. */
export interface EntrySurroundings {
  readonly clock: Clock;
  /** Shown where there is no URL. */
  readonly fallback: string | undefined;
  /** Asks for a URL; absent while rendering on the server, where nothing is signed. */
  readonly ask: ((request: ResourceRequest, done: (outcome: Outcome) => void) => void) | undefined;
  /** Called after every change of `state` or `idle`. */
  readonly changed: (entry: ResourceEntry) => void;
}

interface Listener {
  readonly next: (url: string) => void;
  /** What it takes next; one that shows a working URL wants nothing, so that no image is fetched twice. */
  wants: 'nothing' | 'url' | 'url-or-fallback';
  shown: string | undefined;
}

/** One resource: its URL while that holds, who listens to it, and how it stands. */
export class ResourceEntry {
  readonly target: Target;
  readonly #around: EntrySurroundings;
  readonly #listeners = new Set<Listener>();
  #settled: ((outcome: Outcome) => void)[] = [];
  #signed: SignedUrl | undefined;
  /** Set by a report that the URL does not work, or by `invalidate`. */
  #distrusted = false;
  /** The request whose answer counts; the answer to any other one comes too late. */
  #asked: object | undefined;
  #state = LOADING;

  constructor(target: Target, around: EntrySurroundings) {
    this.target = target;
    this.#around = around;
    if ('outcome' in target) this.#settle(target.outcome);
  }

  get state(): ResourceState {
    return this.#state;
  }

  /** Nobody listens and nothing is under way. */
  get idle(): boolean {
    return this.#listeners.size === 0 && this.#asked === undefined;
  }

  /** Hands out the URL, at once when there is a good one; what is returned ends it. */
  listen(next: (url: string) => void): () => void {
    const listener: Listener = { next, wants: 'url-or-fallback', shown: undefined };
    this.#listeners.add(listener);
    const signed = this.#usable();
    if (signed) this.#show(listener, signed.url, 'nothing');
    else this.#ask();
    this.#around.changed(this);
    return () => {
      this.#listeners.delete(listener);
      this.#around.changed(this);
    };
  }

  /** Hands the next outcome to `settled`: the URL at hand if it is good, else the answer to a request. */
  settle(settled: (outcome: Outcome) => void): void {
    const signed = this.#usable();
    if (signed) return settled(signed);
    if (!this.#around.ask && 'request' in this.target) return settled(DEFERRED);
    this.#settled.push(settled);
    this.#ask();
  }

  /** Asks for a new URL and hands it to every listener; what they show stays until it comes. */
  refresh(): void {
    for (const listener of this.#listeners) if (listener.wants === 'nothing') listener.wants = 'url';
    this.#ask();
  }

  /** Like `refresh`, but the URL at hand is not used again. A second report of the same URL changes nothing. */
  reportBroken(): void {
    if (!this.#signed || this.#distrusted) return;
    this.#distrusted = true;
    for (const listener of this.#listeners) listener.wants = 'url-or-fallback';
    this.#ask();
  }

  /** Does not use the URL at hand again; who shows it may keep it. An answer under way is asked for anew. */
  invalidate(): void {
    this.#distrusted = true;
    if (this.#asked) this.#askAgain();
    else if (this.#signed) this.#become(resourceState('stale', this.#signed.expiresAt));
  }

  /** Forgets the URL. Who waits for one asks anew, who shows one may keep it. */
  forget(): void {
    if ('outcome' in this.target) return;
    const settled = this.#settled;
    this.#settled = [];
    this.#signed = undefined;
    this.#asked = undefined;
    this.#become(LOADING);
    for (const each of settled) each(CANCELLED);
    if ([...this.#listeners].some(({ wants }) => wants !== 'nothing')) this.#ask();
  }

  #usable(): SignedUrl | undefined {
    const signed = this.#signed;
    if (!signed || this.#distrusted) return undefined;
    const { expiresAt } = signed;
    const left = expiresAt ? expiresAt.getTime() - this.#around.clock.now() : Infinity;
    return left > EXPIRY_MARGIN_MS ? signed : undefined;
  }

  #ask(): void {
    if (!this.#asked) this.#askAgain();
  }

  #askAgain(): void {
    if ('outcome' in this.target) return this.#settle(this.target.outcome);
    const { ask } = this.#around;
    if (!ask) return;
    const asked = {};
    this.#asked = asked;
    this.#become(this.#signed ? resourceState('stale', this.#signed.expiresAt) : LOADING);
    ask(this.target.request, (outcome) => {
      if (this.#asked === asked) this.#settle(outcome);
    });
  }

  #settle(outcome: Outcome): void {
    const settled = this.#settled;
    this.#settled = [];
    this.#asked = undefined;
    if (outcome instanceof ResourceUrlError) this.#fail(outcome);
    else this.#succeed(outcome);
    for (const each of settled) each(outcome);
  }

  #succeed(signed: SignedUrl): void {
    this.#signed = signed;
    this.#distrusted = false;
    this.#become(resourceState('ready', signed.expiresAt));
    for (const listener of [...this.#listeners]) {
      if (listener.wants !== 'nothing') this.#show(listener, signed.url, 'nothing');
    }
  }

  #fail(error: ResourceUrlError): void {
    const signed = this.#usable();
    const { fallback } = this.#around;
    if (signed) return this.#become(resourceState('stale', signed.expiresAt, error));
    if (fallback === undefined) return this.#become(resourceState('failed', undefined, error));
    this.#become(resourceState('fallback', undefined, error));
    for (const listener of [...this.#listeners]) {
      if (listener.wants === 'url-or-fallback') this.#show(listener, fallback, 'url');
    }
  }

  #show(listener: Listener, url: string, wants: Listener['wants']): void {
    listener.wants = wants;
    // A URL that is shown already is not repeated: setting it again would fetch and possibly fail again, for ever.
    if (listener.shown === url) return;
    listener.shown = url;
    listener.next(url);
  }

  #become(state: ResourceState): void {
    this.#state = state;
    this.#around.changed(this);
  }
}

function resourceState(status: ResourceStatus, expiresAt?: Date, error?: ResourceUrlError): ResourceState {
  return { status, expiresAt, error };
}
