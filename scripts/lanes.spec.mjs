/* global describe, it, expect, expectAsync, pending */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { runInLanes } from './lanes.mjs';

const passed = { passed: 1, failed: 0, output: '' };

/** A part that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers();
  const folders = [];
  const part = (folder) => {
    folders.push(folder);
    return promise;
  };
  return { part, folders, end: (result = passed) => resolve(result) };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('The stages of a test run', () => {
  it('run side by side, no more at once than there are lanes, in the order given', async () => {
    const parts = Array.from({ length: 4 }, held);
    const began = () => parts.map(({ folders }) => folders.length);
    const stages = [
      { name: 'a', parts: [parts[0].part, parts[1].part] },
      { name: 'b', parts: [parts[2].part] },
      { name: 'c', parts: [parts[3].part] },
    ];
    const order = [];
    const all = runInLanes(stages, 2, (name) => order.push(name));
    await soon();
    expect(began()).toEqual([1, 1, 0, 0]);
    parts[1].end();
    while (began()[2] === 0) await soon();
    expect(began()).toEqual([1, 1, 1, 0]);
    parts[2].end();
    parts[3].end();
    while (order.length < 2) await soon();
    parts[0].end();
    await all;
    expect(order).toEqual(['b', 'c', 'a']);
  });

  it('wait for the stages that they come after, and let others go first meanwhile', async () => {
    const [build, specs, lint] = Array.from({ length: 3 }, held);
    const stages = [
      { name: 'build', parts: [build.part] },
      { name: 'specs', parts: [specs.part], after: ['build', 'one that this run does not have'] },
      { name: 'lint', parts: [lint.part] },
    ];
    const all = runInLanes(stages, 2, () => undefined);
    await soon();
    expect([specs, lint].map(({ folders }) => folders.length)).toEqual([0, 1]);
    lint.end();
    await soon();
    expect(specs.folders.length).toBe(0);
    build.end();
    specs.end();
    await all;
    expect(specs.folders.length).toBe(1);
  });

  it('count what all of their parts found, and show what the failed ones said', async () => {
    const parts = [
      { passed: 2, failed: 0, output: 'chatter' },
      {
        passed: 1,
        failed: 1,
        output: 'FAILED: the sky\n',
        times: [{ name: 'the sky', seconds: 2 }],
        cpu: 1.5,
      },
      { passed: 0, failed: 0, skipped: 1, pending: [{ name: 'x', reason: 'needs redis' }], output: '' },
    ].map((result) => () => Promise.resolve(result));
    const told = [];
    await runInLanes([{ name: 'specs', parts }], 2, (name, result) => told.push({ name, ...result }));
    expect(told).toEqual([
      {
        name: 'specs',
        passed: 3,
        failed: 1,
        skipped: 1,
        pending: [{ name: 'x', reason: 'needs redis' }],
        times: [{ name: 'the sky', seconds: 2 }],
        cpu: 1.5,
        output: 'FAILED: the sky',
        left: [],
      },
    ]);
  });

  it('end what a part left running, and nothing of a part that still runs', async () => {
    if (process.platform !== 'linux') pending('needs /proc');
    const children = [];
    const sleeper = (folder) =>
      new Promise((resolve) => {
        const env = { ...process.env, TMPDIR: folder };
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
          stdio: 'ignore',
          env,
        });
        children.push(child);
        child.on('spawn', () => resolve(child));
      });
    let folder;
    const slow = held();
    const stages = [
      { name: 'slow', parts: [(own) => sleeper((folder = own)).then(() => slow.part(own))] },
      { name: 'messy', parts: [(own) => sleeper(own).then(() => passed)] },
    ];
    const left = new Map();
    const all = runInLanes(stages, 2, (name, result) => left.set(name, result.left));
    while (!left.has('messy') || slow.folders.length === 0) await soon();
    expect(left.get('messy').length).toBe(1);
    expect(children.map(({ pid }) => left.get('messy')[0].startsWith(`${pid} `)).sort()).toEqual([
      false,
      true,
    ]);
    const other = children.find(({ pid }) => !left.get('messy')[0].startsWith(`${pid} `));
    expect(other.exitCode ?? other.signalCode).toBeNull();
    slow.end();
    await all;
    expect(left.get('slow').length).toBe(1);
    expect(existsSync(folder)).toBeFalse();
  });

  it('fail when a part throws, once no other runs, and begin nothing more', async () => {
    const slow = held();
    const never = held();
    const stages = [
      { name: 'broken', parts: [() => Promise.reject(new Error('stopped'))] },
      { name: 'slow', parts: [slow.part] },
      { name: 'later', parts: [never.part] },
    ];
    let isOver = false;
    const all = runInLanes(stages, 2, () => undefined).finally(() => (isOver = true));
    const outcome = expectAsync(all).toBeRejectedWithError('stopped');
    for (let turn = 0; turn < 20; turn++) await soon();
    expect(isOver).toBeFalse();
    slow.end();
    await outcome;
    expect(never.folders).toEqual([]);
  });
});
