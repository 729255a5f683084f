// Starting programs so that none of them outlives the command that started it.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { Interrupted, root } from './command.mjs';

/** Some programs colour their output wherever CI is set. */
const plainText = { NO_COLOR: '1', FORCE_COLOR: undefined };

const running = new Set();
let interruptedBy;

/** Signals end the children first; whatever awaits `run` then sees `Interrupted`. Ctrl-C and npm both send one, so repeats are ignored. */
export function endChildrenOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void interrupt(signal));
  if (process.env.npm_lifecycle_event) endWithParent();
}

/** A killed npm (`kill -9`) cannot pass a signal on; its death shows as a new parent. */
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void interrupt('SIGTERM'), 500).unref();
}

async function interrupt(signal) {
  if (interruptedBy) return;
  interruptedBy = signal;
  if (running.size === 0) process.exit(new Interrupted(signal).code);
  await Promise.all([...running].map((child) => child.end()));
}

/**
 * Starts a program as the leader of its own process group. Ctrl-C therefore reaches it once, through us.
 * @param show true: its output goes to the terminal; false: it is collected and returned
 * @param graceSeconds how long it may take to end after SIGTERM before its whole group is killed
 * @returns `{ done, end }`; `done` resolves `{ code, output }` when it ended and its group is gone
 */
export function start(program, args, { env, show = true, graceSeconds = 5 } = {}) {
  if (interruptedBy) throw new Interrupted(interruptedBy);
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PATH: localPath(), ...(show ? {} : plainText), ...env },
    detached: true,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  const exited = new Promise((resolve) => {
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const handle = {
    end: async () => {
      signalTo(child.pid, 'SIGTERM');
      if (!(await within(exited, graceSeconds))) signalTo(-child.pid, 'SIGKILL');
      await handle.done;
    },
  };
  handle.done = exited.then(async (code) => {
    await endGroup(child.pid);
    // A daemon that left the group may hold the pipe open for ever.
    await within(closed, 2);
    running.delete(handle);
    return { code, output: Buffer.concat(chunks).toString() };
  });
  running.add(handle);
  return handle;
}

/** `start`, waited for. Throws `Interrupted` when a signal ended it. */
export async function run(program, args, { limitSeconds, ...options } = {}) {
  const child = start(program, args, options);
  let timedOut = false;
  const limit = limitSeconds
    ? setTimeout(() => {
        timedOut = true;
        void child.end();
      }, limitSeconds * 1000)
    : undefined;
  const { code, output } = await child.done;
  clearTimeout(limit);
  if (interruptedBy) throw new Interrupted(interruptedBy);
  return timedOut ? { code: 124, output: `${output}\nended after ${limitSeconds} s` } : { code, output };
}

/** PATH with the workspace's own programs first. */
export function localPath() {
  return [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
}

/** What a program left in its group gets a moment to notice, then SIGTERM, then SIGKILL. */
async function endGroup(pid) {
  if (!pid || (await groupEnds(pid, 300))) return;
  signalTo(-pid, 'SIGTERM');
  if (!(await groupEnds(pid, 2500))) signalTo(-pid, 'SIGKILL');
}

async function groupEnds(pid, milliseconds) {
  for (let waited = 0; waited < milliseconds; waited += 50) {
    if (!isGroupRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** What has ended stays a zombie until its parent looks: for seconds, or for ever, below the first process of a container. */
function isGroupRunning(group) {
  if (!signalTo(-group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((entry) => {
    const [state, , itsGroup] = /^\d+$/.test(entry) ? stateOf(entry) : [];
    return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
  });
}

/** Fields 3 and following of proc_pid_stat(5): state, parent, group; the name in field 2 may hold anything. */
function stateOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function signalTo(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function within(promise, seconds) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(false), seconds * 1000)));
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
