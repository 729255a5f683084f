import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isSameProcess, processStart } from './process-identity.ts';

describe('The identity of a process', () => {
  it('stays the same as long as the process lives', async () => {
    const start = processStart(process.pid);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(start).toBeDefined();
    expect(processStart(process.pid)).toBe(start);
    expect(isSameProcess(process.pid, start ?? '')).toBeTrue();
  });

  it('is not that of an earlier process with the same number', () => {
    expect(isSameProcess(process.pid, '1@an-earlier-boot')).toBeFalse();
  });

  it('ends with the process, even while its parent has not noticed', async () => {
    // The shell never waits for its child, which becomes a zombie when it ends.
    const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const pid = Number((await once(parent.stdout, 'data')).toString());
      const start = processStart(pid) ?? '';
      expect(isSameProcess(pid, start)).toBeTrue();
      process.kill(pid, 'SIGKILL');
      while (processStart(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
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
