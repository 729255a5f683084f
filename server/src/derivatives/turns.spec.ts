import { Turns } from './turns.ts';

describe('Turns', () => {
  it('let so many work, so many wait, and refuse the rest with a time to come back', async () => {
    const turns = new Turns(2, 3);
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
    const asked = Array.from({ length: 5 }, () => turns.run(work));
    await expectAsync(turns.run(work)).toBeRejectedWith(
      jasmine.objectContaining({ status: 503, code: 'derivatives-busy', headers: { 'Retry-After': '3' } }),
    );
    release(true);
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 5 }, () => 'made'));
    expect(most).toBe(2);
  });

  it('go on after work that fails', async () => {
    const turns = new Turns(1, 1);
    const outcomes = await Promise.allSettled([
      turns.run(() => Promise.reject(new Error('no'))),
      turns.run(() => Promise.resolve(1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await turns.run(() => Promise.resolve(2))).toBe(2);
  });
});
