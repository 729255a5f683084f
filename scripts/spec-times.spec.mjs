/* global describe, it, expect, pending */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './command.mjs';
import { slowest, SpecTimes, treeCpuSeconds } from './spec-times.mjs';

describe('npm test -- --slowest N', () => {
  it('counts what came before and after all of a suite beside its specs, nothing twice', () => {
    const times = new SpecTimes();
    const filename = join(root, 'e2e', 'a.spec.ts');
    times.suiteStarted();
    times.suiteStarted();
    for (const duration of [100, 200]) {
      times.specStarted();
      times.specDone({ fullName: `page of ${duration}`, filename, duration });
    }
    times.suiteDone({ fullName: 'page inner', filename: `file://${filename}`, duration: 1300 });
    times.suiteDone({ fullName: 'page', filename, duration: 3300 });
    const told = times.times().map(({ name, file, seconds }) => [name, file, Number(seconds.toFixed(3))]);
    expect(told).toEqual([
      ['page of 100', 'e2e/a.spec.ts', 0.1],
      ['page of 200', 'e2e/a.spec.ts', 0.2],
      ['page inner (before and after all)', 'e2e/a.spec.ts', 1],
      ['page (before and after all)', 'e2e/a.spec.ts', 2],
    ]);
  });

  it('names so many files and so many specs, the slowest first', () => {
    const time = (file, name, seconds) => ({ file, name, seconds, cpu: seconds / 2 });
    const times = [time('a', 'one', 1), time('b', 'two', 2.5), time('a', 'three', 2), time('c', 'four', 0.5)];
    expect(slowest(times, 2)).toEqual([
      '     s   cpu  file',
      '   3.0   1.5  a',
      '   2.5   1.3  b',
      '     s   cpu  spec',
      '   2.5   1.3  b: two',
      '   2.0   1.0  a: three',
    ]);
  });

  it('knows the processor time of programs that have ended', () => {
    const before = treeCpuSeconds();
    if (before === undefined) return pending('needs /proc');
    spawnSync(process.execPath, ['-e', 'const end = Date.now() + 300; while (Date.now() < end);']);
    expect(treeCpuSeconds()).toBeGreaterThan(before);
  });
});
