import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { environment } from '../../config.ts';

const ENTRY = fileURLToPath(new URL('../entry.ts', import.meta.url));
/** Read by the command beside the server's settings. */
const ALSO = [
  'NODE_ENV',
  'OIDC_ISSUER',
  'OIDC_AUDIENCE',
  'REDIS_URL',
  'POLICY_FILE',
  'ROLES_FILE',
  'NO_COLOR',
  'SUDO_USER',
];

/** How a command ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that is running. */
export interface RunningCommand {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts the real program, in a process of its own, with nothing of this process's configuration. */
export function startCommand(
  args: readonly string[],
  variables: Record<string, string> = {},
): RunningCommand {
  const child = spawn(process.execPath, ['--conditions=source', ENTRY, ...args], {
    env: { ...cleanEnvironment(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended };
}

/** Runs the real program to its end. */
export function runCommand(args: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  return startCommand(args, variables).ended;
}

/** This environment without what configures a server or a command. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const configured = new Set([...Object.keys(environment.shape), ...ALSO]);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !configured.has(name)));
}
