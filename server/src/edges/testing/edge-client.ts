import { randomUUID } from 'node:crypto';
import { expiryRefusal, importKey, parseSignedTarget, pathKey, verifyUrl } from '@countersign/signed-url';
import { LRUCache } from 'lru-cache';
import { derivedPath } from '../../derivatives/derivative-name.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import type { EdgeLease } from '../edge-leases.ts';
import type { Resolved, ToldKey, ToldPath } from '../edge-resolver.ts';

/** How a reference edge is set up. */
export interface EdgeClientOptions {
  /** Of the API, e.g. `http://127.0.0.1:3000/api`. */
  api: string;
  credential: string;
  clock?: Clock;
  /** Sends its requests. */
  fetch?: typeof fetch;
}

/** A moment by both clocks. */
interface Moment {
  monotonic: number;
  wall: number;
}

const MOST_ENTRIES = 10_000;
/** An answer that was overtaken by a change is asked for again; whoever is overtaken so often refuses. */
const MOST_TRIES = 5;

/** The code of a refusal. */
export class EdgeRefused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the server refused: ${code}`);
    this.code = code;
  }
}

/**
 * An edge that keeps the rules of docs/edges.md and sends no bytes: it says which status it would answer. What is written
 * for a real runtime is compared with this.
 */
export class EdgeClient {
  readonly #options: EdgeClientOptions;
  readonly #clock: Clock;
  readonly #keys = new LRUCache<string, ToldKey>({ max: MOST_ENTRIES });
  readonly #paths = new LRUCache<string, ToldPath>({ max: MOST_ENTRIES });
  /** When the newest question was asked that was answered with this epoch, and for how long that answer lends. */
  readonly #asked = new Map<number, Moment & { leaseMs: number }>();
  #incarnation: string = randomUUID();
  #cursor: number | undefined;
  #leaseMs = 0;
  #from: Moment = { monotonic: 0, wall: 0 };
  #rules: { authority: string; ignoredParameters: readonly string[] } = {
    authority: '',
    ignoredParameters: [],
  };
  #renewing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: EdgeClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  /** The newest epoch that every check uses. */
  get applied(): number {
    return this.#cursor ?? -1;
  }

  /** Whether serving is allowed at this moment: by the monotonic clock and by the wall clock alike. */
  holds(): boolean {
    const monotonic = this.#clock.monotonic() - this.#from.monotonic;
    const wall = this.#clock.now() - this.#from.wall;
    return monotonic >= 0 && monotonic < this.#leaseMs && wall >= 0 && wall < this.#leaseMs;
  }

  /** Registers, takes a lease, and renews it every quarter. */
  async start(): Promise<void> {
    await this.renew();
    this.#schedule();
  }

  /** Is gone from one moment to the next, and says nothing. */
  kill(): void {
    this.#isStopped = true;
    this.#leaseMs = 0;
    clearTimeout(this.#timer);
  }

  /** Stops serving, then says so: no receipt waits for it. */
  async stop(): Promise<void> {
    this.kill();
    await this.#renewing?.catch(() => undefined);
    // A lease that was under way has been answered meanwhile.
    this.#leaseMs = 0;
    const body = { incarnation: this.#incarnation, cursor: this.#cursor, ended: true };
    if (this.#cursor !== undefined) await this.#post('lease', body).catch(() => undefined);
  }

  /** Asks what changed, applies it, and acknowledges. Concurrent calls share one question. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /**
   * @param target of the request, after the delivery prefix
   * @returns 200: it would be served now; `forward`: a server is asked for it, with the same target; 403; 503
   */
  async check(target: string): Promise<number | 'forward'> {
    const parsed = parseSignedTarget(target, { ignoredParameters: this.#rules.ignoredParameters });
    if (!parsed.ok) return 403;
    const { url } = parsed;
    // Whatever is opened of a resource is its right, and is kept under its path: changes name that one.
    const derived = derivedPath(url.path);
    const of = derived ? derived.of : url.path;
    for (let tries = 0; ; tries += 1) {
      if (!this.holds()) return 503;
      const known = this.#keys.get(url.kid);
      if (known && this.#paths.has(`${known.tenant}\n${of}`)) break;
      const absent = await this.#resolve(url.kid, of);
      if (absent === 'unknown') return this.holds() ? 403 : 503;
      if (tries === MOST_TRIES) return 503;
    }
    // Nothing is awaited from here on: what was checked is what is true now.
    if (!this.holds()) return 503;
    const key = this.#keys.get(url.kid);
    const path = key && this.#paths.get(`${key.tenant}\n${of}`);
    if (!key || path?.owner !== key.owner) return 403;
    const signing = pathKey(importKey(Buffer.from(key.key, 'base64url')), url.path, path.rotation);
    if (!verifyUrl(signing, this.#rules.authority, url)) return 403;
    if (expiryRefusal(url.exp, Math.floor(this.#clock.now() / 1000))) return 403;
    if (key.revokedSignatureIds.includes(`sig_${url.sid}`)) return 403;
    if (!derived || path.derivatives[derived.derivative.name]) return 200;
    // The server makes it, or says why not; the next question tells where it is.
    this.#paths.delete(`${key.tenant}\n${of}`);
    return 'forward';
  }

  async #renew(): Promise<void> {
    for (;;) {
      const at = { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
      const body = {
        incarnation: this.#incarnation,
        cursor: this.#cursor,
        // It lends to nobody, and what is applied is used by every check.
        acknowledged: this.#cursor,
      };
      const answer = await this.#post<EdgeLease & { authority: string; ignoredParameters: string[] }>(
        'lease',
        body,
      ).catch((error: unknown) => {
        this.#refused(error);
        throw error;
      });
      if (this.#isStopped) return;
      if (answer.drop) this.#forget();
      answer.changes.forEach((change) => this.#apply(change));
      this.#cursor = answer.epoch;
      this.#rules = answer;
      this.#asked.set(answer.epoch, { ...at, leaseMs: answer.leaseMs });
      const from = this.#asked.get(answer.acknowledged);
      if (from) this.#from = from;
      // A lowered lease time counts at once, a raised one only from a question that knew of it.
      this.#leaseMs = Math.min(from?.leaseMs ?? this.#leaseMs, answer.leaseMs);
      for (const epoch of this.#asked.keys()) if (epoch < answer.acknowledged) this.#asked.delete(epoch);
      // At once, since a receipt may be waiting for it.
      if (answer.acknowledged === answer.epoch) return;
    }
  }

  /** A run that has ended begins anew; a credential that opens nothing leaves nothing to serve with. */
  #refused(error: unknown): void {
    if (!(error instanceof EdgeRefused)) return;
    if (error.code === 'lease-expired' || error.code === 'database-unavailable') return;
    this.#leaseMs = 0;
    this.#forget();
    this.#asked.clear();
    this.#cursor = undefined;
    this.#incarnation = randomUUID();
  }

  #apply({ tenant, kids, paths, prefixes }: EdgeLease['changes'][number]): void {
    // Also a key of which single URLs are revoked: it is read anew, with their ids.
    kids.forEach((kid) => this.#keys.delete(kid));
    paths.forEach((path) => this.#paths.delete(`${tenant}\n${path}`));
    for (const name of this.#paths.keys()) {
      if (prefixes.some((prefix) => name.startsWith(`${tenant}\n${prefix}`))) this.#paths.delete(name);
    }
  }

  #forget(): void {
    this.#keys.clear();
    this.#paths.clear();
  }

  /** @returns `overtaken` when a change came in meanwhile, of which the answer may know nothing */
  async #resolve(kid: string, path: string): Promise<'known' | 'unknown' | 'overtaken'> {
    const run = this.#incarnation;
    const { keys, paths } = await this.#post<Resolved>('resolve', { kids: [kid], paths: [path] });
    if (run !== this.#incarnation) return 'overtaken';
    const current = [...keys, ...paths].every(({ epoch }) => epoch >= this.applied);
    if (!current) return 'overtaken';
    const [key] = keys;
    const found = paths.find(({ tenant }) => tenant === key?.tenant);
    if (!key || !found) return 'unknown';
    this.#keys.set(kid, key);
    this.#paths.set(`${found.tenant}\n${path}`, found);
    return 'known';
  }

  async #post<T>(call: 'lease' | 'resolve', body: object): Promise<T> {
    const send = this.#options.fetch ?? fetch;
    const response = await send(`${this.#options.api}/edges/${call}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#options.credential}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(call === 'lease' ? (this.#leaseMs || 2000) / 2 : 5000),
    });
    const answer = (await response.json()) as T & { code?: string };
    if (!response.ok) throw new EdgeRefused(answer.code ?? String(response.status));
    return answer;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(
      () =>
        void this.renew()
          .catch(() => undefined)
          .finally(() => this.#schedule()),
      (this.#leaseMs || 400) / 4,
    );
  }
}
