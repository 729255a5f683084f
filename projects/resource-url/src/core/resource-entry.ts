import type { Cancel, Clock } from './clock.ts';
import type { Outcome } from './outcome.ts';
import { pathError } from './path-error.ts';
import type { Target } from './resolve-target.ts';
import type { ResourceState, ResourceStatus } from './resource-state.ts';
import { isTransient, ResourceUrlError, type ResourceUrlErrorCode } from './resource-url-error.ts';
import type { ResourceRequest } from './sign-transport.ts';
import type { SignedUrl } from './signed-url.ts';

declare const ngServerMode: boolean | undefined;

/** A URL is not handed out in its last seconds: clocks differ, and the browser still has to fetch it. */
const EXPIRY_MARGIN_MS = 5_000;

/** What a listener takes next; one that shows a working URL wants nothing, so that no image is fetched twice. */
const NOTHING = 0;
const URL_ONLY = 1;
const URL_OR_FALLBACK = 2;

/** Whether the URL at hand may be used: yes, no (`invalidate`), or no and neither may the same one once more (`reportBroken`). */
const TRUSTED = 0;
const INVALID = 1;
const BROKEN = 2;

/** One object, so that asking for the first URL tells nobody of a change. */
const LOADING: ResourceState = { status: 'loading', expiresAt: undefined, error: undefined };

/** One resource: its URL while that holds, who listens to it, and how it stands. */
export interface ResourceEntry {
  readonly target: Target;
  readonly state: ResourceState;
  /** Nobody listens and nothing is under way. */
  readonly idle: boolean;
  /** Somebody still waits for what could not be had for a passing reason. */
  readonly ails: boolean;
  /**
   * Hands out the URL, at once when there is a good one; what is returned ends it.
   *
   * @param fresh also hands out a new one at 90 % of its lifetime
   */
  listen(next: (url: string) => void, fresh: boolean): () => void;
  /** Hands the next outcome to `settled`: the URL at hand if it is good, else the answer to a request. */
  settle(settled: (outcome: Outcome) => void): void;
  /** Asks for a new URL and hands it to every listener; what they show stays until it comes. */
  refresh(): void;
  /**
   * Like `refresh`, but the URL at hand is not used again. A second report of the same URL changes nothing, and when
   * the very same URL is the answer, then asking does not help.
   */
  reportBroken(): void;
  /** Does not use the URL at hand again; who shows it may keep it. An answer under way is asked for anew. */
  invalidate(): void;
  /** Asks once more for what ails; the state stays until the answer. */
  heal(): void;
  /** Forgets the URL. Who waits for one or keeps it fresh asks anew, who shows one may keep it. */
  forget(): void;
}

/** Asks for a URL; `done` is called once, later. */
type Ask = (request: ResourceRequest, done: (outcome: Outcome) => void) => void;

interface Listener {
  readonly next: (url: string) => void;
  readonly fresh: boolean;
  wants: typeof NOTHING | typeof URL_ONLY | typeof URL_OR_FALLBACK;
  shown?: string;
}

/**
 * An entry that nobody has asked for a URL yet.
 *
 * @param fallback shown where there is no URL
 * @param ask asks for a URL; absent while rendering on the server, where nothing is signed
 * @param changed called after every change of `state`, `idle` or `ails`
 */
export function resourceEntry(
  target: Target,
  clock: Clock,
  fallback: string | undefined,
  ask: Ask | undefined,
  changed: (entry: ResourceEntry) => void,
): ResourceEntry {
  const { request, outcome: known } = target;
  const listeners = new Set<Listener>();
  let promised: ((outcome: Outcome) => void)[] = [];
  let signed: SignedUrl | undefined;
  let trust = TRUSTED;
  /** When nine tenths of the URL's lifetime are over; 0 or `NaN` when it is not to be replaced. */
  let freshUntil = 0;
  let cancelRefresh: Cancel | undefined;
  /** The request whose answer counts; the answer to any other one comes too late. */
  let asked: object | undefined;
  let state = LOADING;

  const some = (test: (listener: Listener) => unknown) => [...listeners].some(test);
  const waiting = () => some((listener) => listener.wants);
  const isFresh = (listener: Listener) => listener.fresh;

  /** Without an end, the time left is not a number, and so never too little. */
  const usable = () =>
    trust || Number(signed?.expiresAt) - clock.now() <= EXPIRY_MARGIN_MS ? undefined : signed;

  const changes = () => {
    changed(entry);
    cancelRefresh = cancelRefresh?.();
    if (freshUntil && !asked && some(isFresh)) {
      cancelRefresh = clock.after(freshUntil - clock.now(), () => refresh(isFresh));
    }
  };

  const become = (status: ResourceStatus, expiresAt?: Date, error?: ResourceUrlError) => {
    state = status === 'loading' ? LOADING : { status, expiresAt, error };
    changes();
  };

  const problem = (code: ResourceUrlErrorCode) => pathError(code, request?.path ?? '');

  const show = (listener: Listener, url: string, wants: Listener['wants']) => {
    listener.wants = wants;
    // A URL that is shown already is not repeated: setting it again would fetch and possibly fail again, for ever.
    if (listener.shown !== url) listener.next((listener.shown = url));
  };

  const askAgain = (quietly?: boolean) => {
    if (known) return settleAll(known);
    if (typeof ngServerMode !== 'undefined' && ngServerMode && !ask) return;
    const mine = (asked = {});
    if (!quietly) become(signed ? 'stale' : 'loading', signed?.expiresAt);
    (ask as Ask)(request as ResourceRequest, (outcome) => {
      if (asked === mine) settleAll(outcome);
    });
  };

  const askOnce = () => {
    if (!asked) askAgain();
  };

  const settleAll = (outcome: Outcome) => {
    const settled = promised;
    promised = [];
    asked = undefined;
    if (outcome instanceof ResourceUrlError) fail(outcome);
    else if (trust === BROKEN && signed?.url === outcome.url) fail(problem('does-not-load'));
    else succeed(outcome);
    for (const each of settled) each(outcome);
  };

  const succeed = (outcome: SignedUrl) => {
    const { url, expiresAt } = (signed = outcome);
    trust = TRUSTED;
    freshUntil = clock.now() * 0.1 + Number(expiresAt) * 0.9;
    become('ready', expiresAt);
    for (const listener of listeners) {
      // Whoever was handed the URL may have given it up.
      if (listener.wants && !asked) show(listener, url, NOTHING);
    }
  };

  const fail = (error: ResourceUrlError) => {
    const old = usable();
    freshUntil = 0;
    become(old ? 'stale' : fallback ? 'fallback' : 'failed', old?.expiresAt, error);
    for (const listener of listeners) {
      if (!old && fallback && listener.wants === URL_OR_FALLBACK) show(listener, fallback, URL_ONLY);
    }
  };

  const want = (whom: (listener: Listener) => boolean) => {
    for (const listener of listeners) if (whom(listener)) listener.wants ||= URL_ONLY;
  };

  const refresh = (whom: (listener: Listener) => boolean) => {
    want(whom);
    askOnce();
  };

  const entry: ResourceEntry = {
    target,
    get state() {
      return state;
    },
    get idle() {
      return !listeners.size && !asked;
    },
    get ails() {
      return !asked && waiting() && isTransient(state.error);
    },
    listen: (next, fresh) => {
      const listener: Listener = { next, fresh, wants: URL_OR_FALLBACK };
      listeners.add(listener);
      const url = usable()?.url;
      if (url) show(listener, url, NOTHING);
      else {
        // Who comes later may load what did not load before.
        trust &&= INVALID;
        askOnce();
      }
      changes();
      return () => {
        listeners.delete(listener);
        changes();
      };
    },
    settle: (settled) => {
      const url = usable();
      if (url) return settled(url);
      if (typeof ngServerMode !== 'undefined' && ngServerMode && !ask && !known) {
        return settled(problem('deferred'));
      }
      promised.push(settled);
      askOnce();
    },
    refresh: () => {
      trust &&= INVALID;
      refresh(() => true);
    },
    reportBroken: () => {
      if (!signed || trust === BROKEN || (trust && asked)) return;
      trust = BROKEN;
      for (const listener of listeners) listener.wants = URL_OR_FALLBACK;
      askOnce();
    },
    invalidate: () => {
      trust = INVALID;
      if (asked) askAgain();
      // What failed stays so: it may ail.
      else if (signed && !state.error) become('stale', signed.expiresAt);
    },
    heal: () => {
      if (entry.ails) askAgain(true);
    },
    forget: () => {
      if (known) return;
      const settled = promised;
      promised = [];
      signed = asked = undefined;
      freshUntil = 0;
      want(isFresh);
      become('loading');
      for (const each of settled) each(problem('cancelled'));
      if (waiting()) askOnce();
    },
  };
  if (known) settleAll(known);
  return entry;
}
