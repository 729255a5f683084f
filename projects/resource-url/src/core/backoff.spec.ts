import fc from 'fast-check';
import { DEFAULT_BACKOFF, waitAfter } from './backoff.ts';

describe('The back-off', () => {
  const dice = (value: number) => (Math.random as jasmine.Spy).and.returnValue(value);
  const waits = (...failures: number[]) => failures.map((count) => waitAfter(DEFAULT_BACKOFF, count));

  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  it('is by default three repetitions from one second on, and a probe each 30 seconds after five failures', () => {
    expect(DEFAULT_BACKOFF).toEqual({ retries: 3, firstDelayMs: 1_000, failures: 5, probeMs: 30_000 });
  });

  it('waits 1, 2 and 4 seconds, then not at all, and with the breaker open until the next probe', () => {
    expect(waits(1, 2, 3, 4, 5, 6, 100)).toEqual([1_000, 2_000, 4_000, 0, 30_000, 30_000, 30_000]);
  });

  it('lets those who failed together come back between 0.75 and 1.25 of the delay', () => {
    dice(0);
    expect(waits(1, 2, 3, 4, 5)).toEqual([750, 1_500, 3_000, 0, 30_000]);
    dice(0.999);
    expect(waits(1, 2, 3, 4, 5)).toEqual([1_249.5, 2_499, 4_998, 0, 30_000]);
  });

  it('waits as long as the server says, and up to a quarter longer, when that is longer', () => {
    for (const [jitter, ms] of [
      [0, 10_000],
      [0.5, 11_250],
      [0.999, 12_497.5],
    ] as const) {
      dice(jitter);
      expect(waitAfter(DEFAULT_BACKOFF, 1, 10)).toBe(ms);
      expect(waitAfter(DEFAULT_BACKOFF, 4, 10)).toBe(ms);
      expect(waitAfter(DEFAULT_BACKOFF, 3, 1)).toBe(4_000 * (0.75 + jitter / 2));
      expect(waitAfter(DEFAULT_BACKOFF, 5, 10)).toBe(30_000);
    }
  });

  it('never comes back earlier than the server says, nor earlier than it would without that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 86_400 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, retryAfter, jitter) => {
          dice(jitter);
          const wait = waitAfter(DEFAULT_BACKOFF, failures, retryAfter);
          expect(wait).toBeGreaterThanOrEqual(retryAfter * 1_000);
          expect(wait).toBeGreaterThanOrEqual(waitAfter(DEFAULT_BACKOFF, failures));
          expect(wait).toBeLessThanOrEqual(Math.max(30_000, retryAfter * 1_250));
        },
      ),
    );
  });

  it('is a day at the most, whatever the server asks for', () => {
    expect(waitAfter(DEFAULT_BACKOFF, 1, Infinity)).toBe(86_400_000);
    expect(waitAfter(DEFAULT_BACKOFF, 1, 1e9)).toBe(86_400_000);
  });
});
