// A temporary folder for one test run, and the end of every process that still knows it.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const memory = '/dev/shm';
const enoughBytes = 2 * 2 ** 30;

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
 * What programs of a run get as their environment: TMPDIR, and TEST_SCRATCH, where specs put databases, whose thousand
 * small files are what a test run waits for on a disk: a folder of the same name in memory, when the system has room.
 */
export function folderEnvironment(folder) {
  const twin = twinOf(folder);
  if (!existsSync(twin)) {
    if (!hasRoom()) return { TMPDIR: folder, TEST_SCRATCH: folder };
    mkdirSync(twin);
    chmodSync(twin, 0o1777);
  }
  return { TMPDIR: folder, TEST_SCRATCH: twin };
}

function twinOf(folder) {
  return join(memory, basename(folder));
}

/** Programs must run there too: a server that root starts may copy PostgreSQL's into its data folder. */
function hasRoom() {
  const mounts = read(() => readFileSync('/proc/mounts', 'utf8')).split('\n');
  const mount = mounts.find((line) => line.split(' ')[1] === memory);
  if (!mount || mount.split(' ')[3].split(',').includes('noexec')) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= enoughBytes;
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
 * @param patienceMs how long they may take to end before they are killed
 * @returns one line for each process, `<pid> <command>`
 */
export function endProcessesIn(folder, patienceMs = 2000) {
  const left = processesIn(folder);
  signalAll(left, 'SIGTERM');
  let remaining = left;
  for (let waited = 0; waited < patienceMs && remaining.length > 0; waited += 50) {
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
  for (const path of [folder, twinOf(folder)]) {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function processesIn(folder) {
  if (process.platform !== 'linux') return [];
  // Of the folder in memory too.
  const name = basename(folder);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((entry) => ({
      pid: Number(entry),
      commandLine: read(() => readFileSync(`/proc/${entry}/cmdline`, 'utf8')),
    }))
    .filter(
      ({ pid, commandLine }) =>
        commandLine.includes(name) ||
        read(() => readlinkSync(`/proc/${pid}/cwd`)).includes(name) ||
        read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(name),
    );
}

/** Processes of other users and those that just ended cannot be read, and only Linux has /proc. */
function read(ask) {
  try {
    return ask();
  } catch {
    return '';
  }
}
