import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Said of a process that exists but whose start nobody tells us. */
const UNKNOWN = 'unknown';

/**
 * When a process started, as an opaque string: together with the process id it names one process for ever, although
 * process ids are used again.
 *
 * @param pid process id
 * @returns `undefined` when there is no such process or only its zombie
 */
export function processStart(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (existsSync('/proc/self/stat')) return linuxStart(pid);
  if (process.platform === 'win32') return UNKNOWN;
  return posixStart(pid);
}

/**
 * Whether the process that once had this id and this start is still running.
 *
 * @param pid process id
 * @param start what {@link processStart} said at that time
 */
export function isSameProcess(pid: number, start: string): boolean {
  const now = processStart(pid);
  return now !== undefined && (now === start || now === UNKNOWN || start === UNKNOWN);
}

let here: string | undefined;

/**
 * Names where this process can be looked up by its id: this machine since it started, and in it this container. Processes
 * that are told another name cannot be judged from here.
 *
 * @returns 22 characters of base64url
 */
export function processPlace(): string {
  here ??= createHash('sha256')
    .update([hostname(), bootId(), processNamespace()].join('\n'))
    .digest('base64url')
    .slice(0, 22);
  return here;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function exists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of proc_pid_stat(5); the name in field 2 may hold anything. */
function linuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${fields[19]}@${bootId()}`;
  } catch {
    // Ended between the two calls, or another user's process hidden by the mount option `hidepid`.
    return exists(pid) ? UNKNOWN : undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function posixStart(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return exists(pid) ? UNKNOWN : undefined;
  }
}
