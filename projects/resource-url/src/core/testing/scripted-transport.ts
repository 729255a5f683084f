import type { Clock } from '../clock.ts';
import type { Outcome } from '../outcome.ts';
import type { ResourceUrlError } from '../resource-url-error.ts';
import { refusal } from '../sign-contract.ts';
import type { ResourceRequest, SignTransport } from '../sign-transport.ts';
import type { SignedUrl } from '../signed-url.ts';

/** One request that went out. */
export class SentRequest {
  aborted = 0;
  answered = false;
  readonly paths: readonly string[];
  /** What the clock said when it went out. */
  readonly at: number;
  readonly #sign: (path: string) => SignedUrl;
  readonly #done: (outcomes: readonly Outcome[]) => void;

  constructor(
    requests: readonly ResourceRequest[],
    at: number,
    sign: (path: string) => SignedUrl,
    done: (outcomes: readonly Outcome[]) => void,
  ) {
    this.paths = requests.map(({ path }) => path);
    this.at = at;
    this.#sign = sign;
    this.#done = done;
  }

  get open(): boolean {
    return !this.answered && !this.aborted;
  }

  /** Answers with one outcome for each path. */
  answer(outcomeOf: (path: string, index: number) => Outcome): void {
    this.answered = true;
    this.#done(this.paths.map(outcomeOf));
  }

  /** Signs every path. */
  sign(): void {
    this.answer(this.#sign);
  }

  /** Refuses the request as a whole. */
  fail(status = 500, retryAfter?: number): void {
    this.answer((path) => refused(path, status, retryAfter));
  }
}

/** Keeps what is sent, and answers when a spec says so; `respond` may answer at once, inside the call. */
export class ScriptedTransport {
  readonly sent: SentRequest[] = [];
  /** Lifetime of what is signed. */
  lifetimeMs = 3_600_000;
  respond: (request: SentRequest) => void = () => undefined;
  readonly #clock: Clock;
  #signatures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly transport: SignTransport = (requests, done) => {
    const request = new SentRequest(requests, this.#clock.now(), this.sign, done);
    this.sent.push(request);
    this.respond(request);
    return () => {
      request.aborted += 1;
    };
  };

  /** A URL that differs from all before it. */
  readonly sign = (path: string): SignedUrl => {
    this.#signatures += 1;
    return {
      url: `https://cdn.example.com/${path}?sig=${this.#signatures}`,
      expiresAt: new Date(this.#clock.now() + this.lifetimeMs),
      signatureId: `sig_${this.#signatures}`,
    };
  };

  get open(): SentRequest[] {
    return this.sent.filter(({ open }) => open);
  }

  /** The request sent last. */
  get last(): SentRequest {
    const last = this.sent.at(-1);
    if (!last) throw new Error('Nothing was sent.');
    return last;
  }

  /** Milliseconds between one request and the next. */
  get gaps(): number[] {
    return this.sent.slice(1).map(({ at }, index) => at - this.sent[index]!.at);
  }
}

/** What is asked for in the name of a path. */
export function requestOf(path: string): ResourceRequest {
  return { path, assetPath: path, reason: 'resource', expiryMinutes: undefined };
}

/** The error for one path that the server did not sign; status 0 is no answer at all. */
export function refused(path: string, status: number, retryAfter?: number): ResourceUrlError {
  return refusal(path, status, { code: status === 0 ? 'network' : `http-${status}` }, retryAfter);
}
