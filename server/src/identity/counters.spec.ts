import { memoryCounter } from './counters.ts';

describe('a counter in memory', () => {
  it('takes all or nothing, whatever is asked for at once', async () => {
    const counter = memoryCounter({ quota: 10, seconds: 60 });
    const takes = [6, 6, 4, 1].map((cost) => counter.take('ada', cost));
    const budgets = await Promise.all(takes);
    expect(budgets[0]).toEqual(jasmine.objectContaining({ admitted: true, remaining: 4 }));
    expect(budgets[1]?.admitted).toBeFalse();
    expect(await counter.take('ada', 5)).toEqual(jasmine.objectContaining({ admitted: false }));
    let taken = 6 + (budgets[2]?.admitted ? 4 : 0) + (budgets[3]?.admitted ? 1 : 0);
    while ((await counter.take('ada', 1)).admitted) taken += 1;
    expect(taken).toBe(10);
  });

  it('says what is left when it refuses', async () => {
    const counter = memoryCounter({ quota: 10, seconds: 60 });
    await counter.take('ada', 7);
    const refused = await counter.take('ada', 4);
    expect([refused.admitted, refused.remaining]).toEqual([false, 3]);
    expect(refused.resetMs).toBeGreaterThan(0);
    expect(refused.resetMs).toBeLessThanOrEqual(60_000);
  });

  it('tells so many keys apart and lets all others share one budget, so that addresses cannot fill the memory', async () => {
    const counter = memoryCounter({ quota: 2, seconds: 60 }, 3);
    for (const key of ['a', 'b', 'c']) await counter.take(key, 1);
    expect((await counter.take('d', 1)).admitted).toBeTrue();
    expect((await counter.take('e', 1)).admitted).toBeTrue();
    expect((await counter.take('f', 1)).admitted).toBeFalse();
    // Whoever was there before loses nothing.
    expect((await counter.take('a', 1)).admitted).toBeTrue();
    expect((await counter.take('a', 1)).admitted).toBeFalse();
  });

  it('tells new keys apart again in the next window', async () => {
    const counter = memoryCounter({ quota: 1, seconds: 1 }, 2);
    for (const key of ['a', 'b', 'c']) await counter.take(key, 1);
    expect((await counter.take('d', 1)).admitted).toBeFalse();
    while (!(await counter.take('d', 1)).admitted) await new Promise(setImmediate);
    expect((await counter.take('e', 1)).admitted).toBeTrue();
  });
});
