import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { Clock } from './clock.ts';
import { StorageUnavailable } from './storage-unavailable.ts';

/** A form that a browser posts lives for an hour, and dies with the session that signed it. */
const LONGEST_FORM_MS = 65 * 60_000;
/** So shortly before the end nobody begins a call with them: it may arrive after. */
const LAST_MS = 5 * 60_000;
const TRY_AGAIN_MS = 1000;
/** Two attempts of an STS call, each with its own time. */
const ANSWER_WITHIN_MS = 15_000;

interface Held {
  identity: AwsCredentialIdentity;
  /** From here on they are asked for anew. */
  renewAt: number;
  /** From here on whoever needs them waits for that. */
  lastAt: number;
  expiresAt: number;
  /** The last attempt to renew them failed: nobody waits for the next. */
  isFailing: boolean;
}

/**
 * Credentials that are asked for anew long before they expire. While they are good they are used, and renewed in the
 * background: a source that fails or never answers harms nobody.
 */
export class RefreshedCredentials {
  readonly #source: () => Promise<AwsCredentialIdentity>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #answerWithinMs: number;
  #held: Held | undefined;
  #asking: Promise<Held> | undefined;

  /** @param source e.g. an AssumeRole call; given up after `answerWithinMs` */
  constructor(
    source: () => Promise<AwsCredentialIdentity>,
    clock: Pick<Clock, 'now'>,
    answerWithinMs = ANSWER_WITHIN_MS,
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#answerWithinMs = answerWithinMs;
  }

  /**
   * What the AWS SDK takes as `credentials`.
   *
   * @throws the error of the source when there are none that are good
   */
  readonly provide = async (): Promise<AwsCredentialIdentity> => {
    const { identity } = await this.#get('lastAt');
    // The SDK keeps what is good for longer than minutes and would not ask here; when to renew is decided above.
    return { ...identity, expiration: new Date(this.#clock.now()) };
  };

  /**
   * For what is signed now and used later: renewed before when that is due, if the source answers.
   *
   * @returns until when what is signed with them is good, milliseconds; Infinity: they do not end
   * @throws the error of the source when there are none that are good
   */
  async goodUntil(): Promise<number> {
    return (await this.#get('renewAt')).expiresAt;
  }

  /** @param waitFrom from when on a renewal is waited for */
  async #get(waitFrom: 'renewAt' | 'lastAt'): Promise<Held> {
    const held = this.#held;
    const now = this.#clock.now();
    if (!held || now >= held.expiresAt) return this.#ask();
    if (now < held.renewAt) return held;
    const asked = this.#ask().catch((error: unknown) => {
      if (this.#clock.now() >= held.expiresAt) throw error;
      return held;
    });
    if (!held.isFailing && now >= held[waitFrom]) return asked;
    void asked.catch(() => undefined);
    return held;
  }

  /** Once at a time. */
  #ask(): Promise<Held> {
    this.#asking ??= this.#renew().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #renew(): Promise<Held> {
    const askedAt = this.#clock.now();
    try {
      const identity = await within(this.#source(), this.#answerWithinMs);
      const expiresAt = identity.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
      const lifetime = expiresAt - askedAt;
      this.#held = {
        ...{ identity, expiresAt, isFailing: false },
        renewAt: expiresAt - Math.min(LONGEST_FORM_MS, lifetime / 3),
        lastAt: expiresAt - Math.min(LAST_MS, lifetime / 6),
      };
      return this.#held;
    } catch (error) {
      const held = this.#held;
      if (held) {
        held.isFailing = true;
        held.renewAt = this.#clock.now() + TRY_AGAIN_MS;
      }
      throw error;
    }
  }
}

function within<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StorageUnavailable('AssumeRole', `no answer within ${milliseconds} ms`)),
      milliseconds,
    );
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
