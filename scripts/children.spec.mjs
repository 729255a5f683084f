/* global describe, it, expect */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { start } from './children.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';

/** A command that starts a program, which starts another in the same group, and prints both ids. */
const program = `
  import { spawn } from 'node:child_process';
  const inner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  process.on('SIGTERM', () => process.exit(7));
  console.log(JSON.stringify([process.pid, inner.pid]));
  setInterval(() => {}, 1000);
`;
const command = `
  import { endChildrenOnSignals, start } from ${JSON.stringify(new URL('./children.mjs', import.meta.url).href)};
  endChildrenOnSignals();
  const { code } = await start(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(program)}]).done;
  console.log(JSON.stringify({ code }));
  process.exit(code);
`;

async function startCommand(env = {}) {
  const shell = spawn(process.execPath, ['--input-type=module', '-e', command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_lifecycle_event: '', ...env },
  });
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const pids = JSON.parse((await lines.next()).value);
  return { shell, pids };
}

/** What ended may be a zombie for a while, when its parent is the first process of a container. */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    );
  } catch {
    return false;
  }
}

describe('a command that started programs', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    it(`ends them and what they started on ${signal}, and passes the exit code on`, async () => {
      const { shell, pids } = await startCommand();
      // Ctrl-C and npm each send one.
      shell.kill(signal);
      shell.kill(signal);
      const [code] = await once(shell, 'exit');
      expect(code).toBe(7);
      expect(pids.filter(alive)).toEqual([]);
    });
  }

  it('has nothing left of a program when ending it is done', async () => {
    const folder = createRunFolder();
    const started = join(folder, 'started');
    const text = `${program} import { writeFileSync } from 'node:fs'; writeFileSync(process.env.STARTED, '');`;
    const env = { STARTED: started };
    const child = start(process.execPath, ['--input-type=module', '-e', text], { show: false, env });
    while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 20));
    await child.end();
    removeRunFolder(folder);
    const { code, output } = await child.done;
    expect(code).toBe(7);
    expect(JSON.parse(output).filter(alive)).toEqual([]);
  });

  it('ends them when a program dies by itself, leaving others behind', async () => {
    const { shell, pids } = await startCommand();
    process.kill(pids[0], 'SIGKILL');
    const [code] = await once(shell, 'exit');
    expect(code).toBe(137);
    expect(pids.filter(alive)).toEqual([]);
  });
});
