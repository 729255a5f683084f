import { RetryPauses } from './retry-pauses.ts';

describe('Pauses between tries that fail', () => {
  let now: number;
  let pauses: RetryPauses;

  beforeEach(() => {
    now = 0;
    pauses = new RetryPauses({ monotonic: () => now }, 5000);
  });

  const pauseAfterFailure = (): number => {
    pauses.failed('a');
    const from = now;
    while (!pauses.isOver('a')) now += 1000;
    return now - from;
  };

  it('are twice as long each time, five minutes at most', () => {
    const first = Array.from({ length: 9 }, pauseAfterFailure);
    expect(first).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  it('begin anew once it went well or was asked for, and concern nothing else', () => {
    pauseAfterFailure();
    pauses.failed('a');
    expect(pauses.isOver('b')).toBeTrue();
    pauses.forget('a');
    expect(pauses.isOver('a')).toBeTrue();
    expect(pauseAfterFailure()).toBe(5000);
  });
});
