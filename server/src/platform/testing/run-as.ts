import { execFileSync, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Another user than root, for specs of what differs between the two. */
export interface OrdinaryUser {
  uid: number;
  gid: number;
}

/**
 * The user `nobody` when this process is root and that user can run the source; `undefined` otherwise (an ordinary
 * user cannot become another, and a clone under /root is closed to everybody else).
 */
export function ordinaryUser(): OrdinaryUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  const user = { uid: idOf('-u'), gid: idOf('-g') };
  const here = fileURLToPath(import.meta.url);
  const tried = spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$2"', 'sh', here, process.execPath], {
    ...user,
    cwd: '/',
  });
  return tried.status === 0 ? user : undefined;
}

/** A child process that tells what happened in lines of JSON. */
export interface RunningScript {
  child: ChildProcessByStdio<Writable, Readable, null>;
  /** The next line, parsed; rejects when the process ends before. */
  next(): Promise<Record<string, unknown>>;
  /** Resolves at the end of the process; asks for nothing. */
  ended: Promise<void>;
}

/**
 * Runs a TypeScript module in a process of its own.
 *
 * @param script module text; `import.meta.url` is of no use in it, so imports must be absolute URLs
 * @param user runs it as this user
 */
export function runScript(script: string, user?: OrdinaryUser): RunningScript {
  const options = ['--conditions=source', '--input-type=module-typescript', '--eval', script];
  const child = spawn(process.execPath, options, { ...user, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ended,
    next: async () => {
      const line = await lines.next();
      if (line.done) throw new Error('the script ended');
      return JSON.parse(line.value) as Record<string, unknown>;
    },
  };
}
