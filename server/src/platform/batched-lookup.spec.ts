import { batchedLookup } from './batched-lookup.ts';

describe('batchedLookup', () => {
  it('asks one question for all keys of a moment, each key once', async () => {
    const questions: string[][] = [];
    const lookup = batchedLookup((keys) => {
      questions.push(keys);
      return Promise.resolve(new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key}!`])));
    }, 1);
    expect(await Promise.all(['a', 'b', 'a', 'none'].map(lookup))).toEqual(['a!', 'b!', 'a!', undefined]);
    expect(questions).toEqual([['a', 'b', 'none']]);
  });

  it('asks no more than so many at once, and forgets nobody', async () => {
    const sizes: number[] = [];
    const lookup = batchedLookup(
      (keys) => {
        sizes.push(keys.length);
        return Promise.resolve(new Map(keys.map((key) => [key, key])));
      },
      1,
      10,
    );
    const keys = Array.from({ length: 25 }, (_, index) => String(index));
    expect(await Promise.all(keys.map(lookup))).toEqual(keys);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('fails everybody who shared a question that failed, and goes on', async () => {
    let up = false;
    const lookup = batchedLookup(
      (keys) =>
        up ? Promise.resolve(new Map(keys.map((key) => [key, key]))) : Promise.reject(new Error('down')),
      1,
    );
    const outcomes = await Promise.allSettled(['a', 'b'].map(lookup));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    up = true;
    expect(await lookup('a')).toBe('a');
  });
});
