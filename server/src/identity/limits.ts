import { Problem } from '../platform/problem.ts';
import { memoryCounter, redisCounter, type Budget, type Counter } from './counters.ts';
import { LIMITS, ratesOf, type LimitName, type Rate, type RateLimitSettings } from './limit-table.ts';
import type { SharedRedis } from './shared-redis.ts';

/** One limit that a call was counted by. */
export interface Counted {
  name: LimitName;
  rate: Rate;
  /** As `RateLimit-Policy` says it. */
  policy: string;
  budget: Budget;
}

const UNIT_NAMES: Readonly<Record<number, string>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86400: 'day',
};

/**
 * 429 `rate-limited`: says which limit, and in `Retry-After` when its window ends.
 *
 * @param cost what this call would have taken
 */
export function rateLimited({ name, rate, budget }: Counted, cost: number): Problem {
  const seconds = secondsOf(budget);
  const every = `${rate.quota} per ${UNIT_NAMES[rate.seconds] ?? ''} for each ${LIMITS[name].per}`;
  const advice =
    cost > rate.quota
      ? `This call counts ${cost}: ask for less at once.`
      : `Try again in ${seconds} s${cost > 1 ? `; this call counts ${cost}, ${budget.remaining} are left` : ''}.`;
  return new Problem(429, 'rate-limited', 'Too many requests', `The limit "${name}" is ${every}. ${advice}`, {
    'Retry-After': String(seconds),
  });
}

/** Whole seconds until the window ends, at least one. */
export const secondsOf = ({ resetMs }: Budget): number => Math.max(1, Math.ceil(resetMs / 1000));

/** Every limit that is on. */
export class Limits {
  readonly #on = new Map<LimitName, Omit<Counted, 'budget'> & { counter: Counter }>();

  /** @param redis where several servers count together; without it, each by itself */
  constructor(settings: RateLimitSettings, redis?: SharedRedis) {
    for (const [name, rate] of ratesOf(settings)) {
      this.#on.set(name, {
        name,
        rate,
        policy: `"${name}";q=${rate.quota};w=${rate.seconds}`,
        counter: redis ? redisCounter(redis, name, rate) : memoryCounter(rate),
      });
    }
  }

  /**
   * Counts, and refuses nobody.
   *
   * @param key whose budget, e.g. tenant and id of a principal
   * @param cost a whole number, at least 1
   * @returns undefined when the limit is off
   */
  async count(name: LimitName, key: string, cost = 1): Promise<Counted | undefined> {
    const limit = this.#on.get(name);
    if (!limit) return undefined;
    const { rate, policy, counter } = limit;
    return { name, rate, policy, budget: await counter.take(key, cost) };
  }
}
