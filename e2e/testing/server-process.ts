import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '../../server/src/config.ts';
import { scratchFolder } from '../../server/src/platform/testing/scratch-folder.ts';

const MAIN = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));

/** How a server process ended before it was ready. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The real program, in a process of its own. */
export class ServerProcess {
  readonly origin: string;
  readonly child: ChildProcess;
  readonly #output: { stdout: string; stderr: string };

  constructor(origin: string, child: ChildProcess, output: { stdout: string; stderr: string }) {
    this.origin = origin;
    this.child = child;
    this.#output = output;
  }

  /** Everything it wrote so far. */
  get output(): string {
    return this.#output.stdout + this.#output.stderr;
  }

  /** Ends it as a person would, and waits. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.kill('SIGTERM');
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }

  /** Ends it as a power cut would, as far as the process is concerned. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** Signs in as a sample person. */
  async signIn(person: string): Promise<string> {
    const { token } = await this.post<{ token: string }>('/api/session', { person });
    return token;
  }

  /** Posts JSON and reads JSON; throws with the problem's code when refused. */
  async post<T>(path: string, body: unknown, token?: string): Promise<T> {
    const response = await fetch(this.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as T & { code?: string };
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.code}`);
    return answer;
  }

  /** Gets JSON. */
  async get<T>(path: string, token: string): Promise<T> {
    const response = await fetch(this.origin + path, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as T;
  }
}

/** Starts the program; `outcome` comes when it says that it is ready, or ends. */
export function launch(
  args: readonly string[],
  variables: Record<string, string> = {},
): { child: ChildProcess; outcome: Promise<ServerProcess | Ended> } {
  const child = spawn(process.execPath, ['--conditions=source', MAIN, ...args], {
    env: { ...cleanEnvironment(), LOG_LEVEL: 'warn', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ready = new Promise<ServerProcess>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
      const origin = /^ready (http:\S+)$/m.exec(output.stdout)?.[1];
      if (origin) resolve(new ServerProcess(origin, child, output));
    });
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, outcome: Promise.race([ready, ended]) };
}

/** Starts the program and waits until it is ready or has ended. */
export function tryServer(
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<ServerProcess | Ended> {
  return launch(args, variables).outcome;
}

/** Starts the program; fails with its own words when it does not start. */
export async function startServer(
  dataDir: string,
  args: readonly string[] = [],
  variables: Record<string, string> = {},
): Promise<ServerProcess> {
  const outcome = await tryServer(['--port', '0', '--data', dataDir, ...args], variables);
  if (outcome instanceof ServerProcess) return outcome;
  throw new Error(`the server did not start: ${outcome.stderr || outcome.stdout}`);
}

/**
 * A data folder of its own, which any user may pass through.
 *
 * @param place the folder it is put into: a disk for what is too large for memory
 */
export async function dataFolder(
  place = scratchFolder(),
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(place, 'countersign-e2e-'));
  // When this is root, the database's user must get through it.
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** This environment without anything that configures a server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const configured = new Set(Object.keys(environment.shape));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !configured.has(name)));
}
