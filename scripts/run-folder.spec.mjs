/* global describe, it, expect, afterEach, beforeEach, pending */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import process from 'node:process';
import { createRunFolder, endProcessesIn, folderEnvironment, removeRunFolder } from './run-folder.mjs';

describe('the folder of a test run', () => {
  let folder;
  const started = [];

  beforeEach(() => (folder = createRunFolder()));
  afterEach(() => {
    started.splice(0).forEach((child) => child.kill('SIGKILL'));
    removeRunFolder(folder);
  });

  function sleeper(options) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
      ...options,
    });
    started.push(child);
    const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    return new Promise((resolve) => child.on('spawn', () => resolve({ child, ended })));
  }

  it('ends a daemon that a run left behind, and no other process', async () => {
    if (process.platform !== 'linux') pending('needs /proc');
    const env = { ...process.env, TMPDIR: folder };
    const [daemon, inside, stranger] = await Promise.all([
      sleeper({ detached: true, env }),
      sleeper({ cwd: folder }),
      sleeper({}),
    ]);
    const ended = endProcessesIn(folder);
    expect(ended.map((line) => Number(line.split(' ')[0])).sort()).toEqual(
      [daemon.child.pid, inside.child.pid].sort(),
    );
    expect(await daemon.ended).toBe('SIGTERM');
    expect(await inside.ended).toBe('SIGTERM');
    expect(stranger.child.exitCode ?? stranger.child.signalCode).toBeNull();
  });

  it('kills one that does not listen', async () => {
    if (process.platform !== 'linux') pending('needs /proc');
    const deaf = spawn(
      process.execPath,
      ['-e', `process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)`],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    started.push(deaf);
    await once(deaf.stdout, 'data');
    endProcessesIn(folder, 200);
    const [, signal] = await once(deaf, 'exit');
    expect(signal).toBe('SIGKILL');
  });

  it('has a place for databases that goes with it, and what runs there is ended too', async () => {
    if (process.platform !== 'linux') pending('needs /proc');
    const { TMPDIR, TEST_SCRATCH } = folderEnvironment(folder);
    expect(TMPDIR).toBe(folder);
    expect(folderEnvironment(folder)).toEqual({ TMPDIR, TEST_SCRATCH });
    expect(statSync(TEST_SCRATCH).mode & 0o7777).toBe(0o1777);
    const { child, ended } = await sleeper({ cwd: TEST_SCRATCH });
    expect(endProcessesIn(folder).map((line) => Number(line.split(' ')[0]))).toEqual([child.pid]);
    expect(await ended).toBe('SIGTERM');
    removeRunFolder(folder);
    expect(existsSync(TEST_SCRATCH)).toBeFalse();
  });

  it('may be used by every account, and is gone afterwards', () => {
    expect(statSync(folder).mode & 0o7777).toBe(0o1777);
    removeRunFolder(folder);
    expect(existsSync(folder)).toBeFalse();
  });
});
