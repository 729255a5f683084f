import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processStart } from './process-identity.ts';

describe('The identity of a process', () => {
  it('stays the same as long as the process lives', async () => {
    const start = processStart(process.pid);
    await sleep(30);
    expect(start).toBeDefined();
    expect(processStart(process.pid)).toBe(start);
    expect(isSameProcess(process.pid, start ?? '')).toBeTrue();
  });

  it('is not that of an earlier process with the same number', () => {
    expect(isSameProcess(process.pid, '1@an-earlier-boot')).toBeFalse();
  });

  it('ends with the process, even while its parent has not noticed', async () => {
    if (process.platform !== 'linux') return pending('reads /proc');
    // What the shell becomes never waits for the child, which is a zombie when it ends.
    const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const pid = Number((await once(parent.stdout, 'data')).toString());
      while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(5);
      const start = processStart(pid) ?? '';
      expect(isSameProcess(pid, start)).toBeTrue();
      process.kill(pid, 'SIGKILL');
      while (processStart(pid) !== undefined) await sleep(5);
      expect(() => process.kill(pid, 0)).not.toThrow();
      expect(isSameProcess(pid, start)).toBeFalse();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) {
    it(`is unknown for ${pid}, which is no process`, () => expect(processStart(pid)).toBeUndefined());
  }
});
