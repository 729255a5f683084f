import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { LimitName, Rate } from './limit-table.ts';
import type { SharedRedis } from './shared-redis.ts';

/** What is left of a budget. */
export interface Budget {
  /** Whether it was enough; if not, nothing was taken. */
  admitted: boolean;
  remaining: number;
  /** Until the window ends, milliseconds. */
  resetMs: number;
}

/** Counts one limit. */
export interface Counter {
  /** Takes `cost`, a whole number, from the budget of `key`, or nothing. */
  take(key: string, cost: number): Promise<Budget>;
}

/** Giving back needs the window to be the one it was taken from. */
const WINDOW_SURELY_GOES_ON_MS = 100;

/** The library counts in whole milliseconds: its window may end a little before ours. */
const ROUNDING_MS = 10;

/** Some 500 bytes each. Who has ever so many addresses shall not fill the memory. */
const MOST_KEYS = 50_000;
const OTHERS = 'others';

/**
 * Counts in this process alone.
 *
 * @param mostKeys how many keys a window tells apart; those that come after share one budget
 */
export function memoryCounter({ quota, seconds }: Rate, mostKeys = MOST_KEYS): Counter {
  const limiter = new RateLimiterMemory({ points: quota, duration: seconds, keyPrefix: '' });
  let keys = 0;
  let since = 0;
  const note = ({ isFirstInDuration }: RateLimiterRes): void => {
    if (!isFirstInDuration) return;
    const now = performance.now();
    if (now - since >= seconds * 1000 - ROUNDING_MS) [since, keys] = [now, 0];
    keys += 1;
  };
  const takeFrom = (key: string, cost: number): Promise<Budget> =>
    limiter.consume(key, cost).then(
      (taken) => {
        note(taken);
        return admission(taken);
      },
      (error: unknown) => {
        const budget = refusal(error, quota, cost);
        // The library has taken it all the same: a batch that was too large would use up what is left.
        if (budget.resetMs > WINDOW_SURELY_GOES_ON_MS) void limiter.reward(key, cost);
        return budget;
      },
    );
  return {
    take: (key, cost) =>
      keys < mostKeys
        ? takeFrom(key, cost)
        : limiter.get(key).then((known) => takeFrom(known ? key : OTHERS, cost)),
  };
}

/** Counts with all servers on one Redis; while that is away, in this process alone with the same figures. */
export function redisCounter(redis: SharedRedis, name: LimitName, rate: Rate): Counter {
  const { quota, seconds } = rate;
  const insurance = memoryCounter(rate);
  const limiter = new RateLimiterRedis({
    storeClient: redis.client,
    keyPrefix: `countersign:${name}`,
    points: quota,
    duration: seconds,
    rejectIfRedisNotReady: true,
    customIncrTtlLuaScript: TAKE_ALL_OR_NOTHING,
  });
  return {
    take: async (key, cost) => {
      let budget: Budget;
      try {
        budget = admission(await limiter.consume(key, cost));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) {
          redis.isAway(error);
          return insurance.take(key, cost);
        }
        budget = refusal(error, quota, cost);
      }
      redis.isBack();
      return budget;
    },
  };
}

const admission = ({ remainingPoints, msBeforeNext }: RateLimiterRes): Budget => ({
  admitted: true,
  remaining: remainingPoints,
  resetMs: msBeforeNext,
});

function refusal(refused: unknown, quota: number, cost: number): Budget {
  if (!(refused instanceof RateLimiterRes)) throw refused;
  // What the library says was taken has this cost in it.
  const remaining = Math.max(0, quota - (refused.consumedPoints - cost));
  return { admitted: false, remaining, resetMs: refused.msBeforeNext };
}

/**
 * In place of the library's script, which takes before it looks: in Redis, giving back would be a second step that may
 * meet the next window. Its arguments are cost, window in seconds and quota; it answers what is taken now, or would be,
 * and how much of the window is left in milliseconds.
 */
const TAKE_ALL_OR_NOTHING = `
local taken = tonumber(redis.call('get', KEYS[1]) or '0') + tonumber(ARGV[1])
local left = redis.call('pttl', KEYS[1])
if taken > tonumber(ARGV[3]) then
  return {taken, left > 0 and left or 1000 * ARGV[2]}
end
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
redis.call('incrby', KEYS[1], ARGV[1])
return {taken, redis.call('pttl', KEYS[1])}
`;
