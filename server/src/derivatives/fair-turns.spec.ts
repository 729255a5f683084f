import { setTimeout as sleep } from 'node:timers/promises';
import { FairTurns } from './fair-turns.ts';

const LONG_MS = 60_000;

const busy = (detail: string) =>
  jasmine.objectContaining({
    ...{ status: 503, code: 'derivatives-busy', headers: { 'Retry-After': '3' } },
    detail: jasmine.stringContaining(detail),
  });

describe('FairTurns', () => {
  it('let so many work, so many of a tenant and of all wait, and refuse the rest with a time to come back', async () => {
    const turns = new FairTurns({ atOnce: 2, waitingOfTenant: 3, waiting: 4 });
    const { promise: end, resolve: release } = Promise.withResolvers<true>();
    let [running, most] = [0, 0];
    const work = async (): Promise<string> => {
      running += 1;
      most = Math.max(most, running);
      await end;
      await Promise.resolve();
      running -= 1;
      return 'made';
    };
    const asked = Array.from({ length: 5 }, () => turns.run('one', LONG_MS, work));
    await expectAsync(turns.run('one', LONG_MS, work)).toBeRejectedWith(busy('3 of your organisation'));
    asked.push(turns.run('two', LONG_MS, work));
    await expectAsync(turns.run('three', LONG_MS, work)).toBeRejectedWith(busy('4 are waiting'));
    release(true);
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 6 }, () => 'made'));
    expect(most).toBe(2);
    // All places are free again.
    const again = Array.from({ length: 5 }, () => turns.run('one', LONG_MS, work));
    expect((await Promise.all(again)).length).toBe(5);
    expect(most).toBe(2);
  });

  it('give each tenant its turn, however much another one has asked for before', async () => {
    const turns = new FairTurns({ atOnce: 1, waitingOfTenant: 9, waiting: 9 });
    const order: string[] = [];
    const ask = (tenantId: string, name: string): Promise<number> =>
      turns.run(tenantId, LONG_MS, () => Promise.resolve(order.push(name)));
    await Promise.all([
      ...['a1', 'a2', 'a3', 'a4'].map((name) => ask('a', name)),
      ...['b1', 'b2'].map((name) => ask('b', name)),
      ask('c', 'c1'),
    ]);
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('let nobody wait for ever, and leave nothing of those who have given up', async () => {
    const turns = new FairTurns({ atOnce: 1, waitingOfTenant: 1, waiting: 1 });
    const { promise: end, resolve: release } = Promise.withResolvers<string>();
    const first = turns.run('a', LONG_MS, () => end);
    const never = jasmine.createSpy('work');
    await expectAsync(turns.run('a', 5, never)).toBeRejectedWith(busy('before it'));
    const next = turns.run('a', LONG_MS, () => Promise.resolve('next'));
    release('first');
    expect(await Promise.all([first, next])).toEqual(['first', 'next']);
    await sleep(10);
    expect(never).not.toHaveBeenCalled();
  });

  it('count whoever had a turn in time no second time', async () => {
    const turns = new FairTurns({ atOnce: 1, waitingOfTenant: 9, waiting: 1 });
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const running = [turns.run('a', LONG_MS, () => first.promise), turns.run('a', 5, () => second.promise)];
    first.resolve('first');
    await running[0];
    await sleep(15);
    const waiting = turns.run('b', LONG_MS, () => Promise.resolve('third'));
    await expectAsync(turns.run('c', LONG_MS, () => Promise.resolve(''))).toBeRejectedWith(
      busy('1 are waiting'),
    );
    second.resolve('second');
    expect(await Promise.all([...running, waiting])).toEqual(['first', 'second', 'third']);
  });

  it('go on after work that fails', async () => {
    const turns = new FairTurns({ atOnce: 1, waitingOfTenant: 1, waiting: 1 });
    const outcomes = await Promise.allSettled([
      turns.run('a', LONG_MS, () => Promise.reject(new Error('no'))),
      turns.run('a', LONG_MS, () => Promise.resolve(1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await turns.run('a', LONG_MS, () => Promise.resolve(2))).toBe(2);
  });
});
