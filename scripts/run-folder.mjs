// A temporary folder for one test run, and the end of every process that still knows it.
import { chmodSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates the folder; give it to programs as TMPDIR. Whatever they start, daemons included, then carries its name in
 * environment, command line or working directory, by which `endProcessesIn` finds it.
 */
export function createRunFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(folder, 0o1777);
  return folder;
}

/**
 * Does some work in a run folder, and clears up after it, also when this process exits meanwhile.
 * @param work is given the folder and resolves an object
 * @returns that object and `left`: what `endProcessesIn` had to end
 */
export async function inRunFolder(work) {
  const folder = createRunFolder();
  const clear = () => {
    const left = endProcessesIn(folder);
    removeRunFolder(folder);
    return left;
  };
  process.once('exit', clear);
  try {
    const result = await work(folder);
    return { ...result, left: clear() };
  } catch (error) {
    clear();
    throw error;
  } finally {
    process.off('exit', clear);
  }
}

/**
 * Ends what is left of the run, politely first: a PostgreSQL that is killed leaves shared memory behind. Blocks, because
 * it also runs while this process exits.
 * @returns one line for each process, `<pid> <command>`
 */
export function endProcessesIn(folder) {
  const left = processesIn(folder);
  signalAll(left, 'SIGTERM');
  let remaining = left;
  for (let waited = 0; waited < 40 && remaining.length > 0; waited++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    remaining = processesIn(folder);
  }
  signalAll(remaining, 'SIGKILL');
  return left.map(({ pid, commandLine }) => `${pid} ${commandLine.replaceAll('\0', ' ').trim()}`);
}

function signalAll(processes, signal) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

export function removeRunFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function processesIn(folder) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({
      pid: Number(name),
      commandLine: read(() => readFileSync(`/proc/${name}/cmdline`, 'utf8')),
    }))
    .filter(
      ({ pid, commandLine }) =>
        commandLine.includes(folder) ||
        read(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder) ||
        read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(folder),
    );
}

/** Processes of other users and those that just ended cannot be read. */
function read(ask) {
  try {
    return ask();
  } catch {
    return '';
  }
}
