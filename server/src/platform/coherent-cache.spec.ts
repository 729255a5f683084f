import { CoherentCache } from './coherent-cache.ts';

interface Value {
  name: string;
}

describe('CoherentCache', () => {
  it('asks once for concurrent questions and remembers the answer', async () => {
    let questions = 0;
    const cache = new CoherentCache<Value>(async (key) => {
      questions += 1;
      await Promise.resolve();
      return { name: key };
    }, 10);
    const [first, second] = await Promise.all([cache.get('a'), cache.get('a')]);
    expect(first).toBe(second);
    expect(cache.get('a')).toBe(first!);
    expect(questions).toBe(1);
  });

  it('does not let a slow answer revive what was invalidated meanwhile', async () => {
    const answers: ((value: Value | undefined) => void)[] = [];
    const cache = new CoherentCache<Value>(() => new Promise((resolve) => answers.push(resolve)), 10);
    const asked = cache.get('a');
    cache.invalidate('a');
    answers[0]!({ name: 'from before' });
    await Promise.resolve();
    await new Promise(setImmediate);
    expect(cache.peek('a')).toBeUndefined();
    answers[1]!(undefined);
    expect(await asked).toBeUndefined();
    expect(cache.peek('a')).toBeUndefined();
  });

  it('keeps no absences and no failures', async () => {
    const answers: (Value | Error | undefined)[] = [undefined, new Error('down'), { name: 'there' }];
    const cache = new CoherentCache<Value>(() => {
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }, 10);
    expect(await cache.get('a')).toBeUndefined();
    await expectAsync(Promise.resolve(cache.get('a'))).toBeRejectedWithError('down');
    expect(await cache.get('a')).toEqual({ name: 'there' });
  });

  it('stays within its bound', async () => {
    const cache = new CoherentCache<Value>((key) => Promise.resolve({ name: key }), 3);
    for (const key of ['a', 'b', 'c', 'd']) await cache.get(key);
    expect(cache.peek('a')).toBeUndefined();
    expect(cache.peek('d')).toEqual({ name: 'd' });
  });
});
