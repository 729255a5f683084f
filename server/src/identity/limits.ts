import { Problem } from '../platform/problem.ts';
import { memoryCounter, redisCounter, type Budget, type Counter } from './counters.ts';
import { LIMITS, ratesOf, type LimitName, type Rate, type RateLimitSettings } from './limit-table.ts';
import type { SharedRedis } from './shared-redis.ts';

/** One limit that is on. */
export interface Limit {
  readonly name: LimitName;
  readonly rate: Rate;
  /** As `RateLimit-Policy` says it. */
  readonly policy: string;
  readonly counter: Counter;
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
 * @param budget what is left
 * @param cost what this call would have taken
 */
export function rateLimited({ name, rate }: Limit, budget: Budget, cost: number): Problem {
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

/**
 * @param redis where several servers count together; without it, each by itself
 * @returns every limit that is on
 */
export function limitsOf(settings: RateLimitSettings, redis?: SharedRedis): ReadonlyMap<LimitName, Limit> {
  const on = new Map<LimitName, Limit>();
  for (const [name, rate] of ratesOf(settings)) {
    const policy = `"${name}";q=${rate.quota};w=${rate.seconds}`;
    const counter = redis ? redisCounter(redis, name, rate) : memoryCounter(rate);
    on.set(name, { name, rate, policy, counter });
  }
  return on;
}
