import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';

/** How a program ended. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/**
 * The environment of somebody at a prompt of their own: this Node first, and nothing of the `npm test` around it but
 * where packages come from.
 */
export function ownPrompt(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|config_(local|global)_prefix|config_prefix)|^INIT_CWD$|^NODE_COMPILE_CACHE$/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    NG_CLI_ANALYTICS: 'false',
    // Colours would be in the middle of the addresses it prints.
    NO_COLOR: '1',
  };
}

/** Runs a program to its end. */
export async function finish(program: string, args: readonly string[], folder: string): Promise<Finished> {
  const child = spawn(program, args, { cwd: folder, env: ownPrompt(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Runs a program that must succeed, and says how long it took. @throws Error with its output */
export async function succeed(program: string, args: readonly string[], folder: string): Promise<string> {
  const from = performance.now();
  const { code, output } = await finish(program, args, folder);
  const typed = [program.split('/').at(-1), ...args.map((arg) => arg.split('/').at(-1))].join(' ');
  if (code !== 0) throw new Error(`${typed} ended with code ${code}:\n${output.slice(-4000)}`);
  console.log(`${((performance.now() - from) / 1000).toFixed(1).padStart(6)} s  ${typed}`);
  return output;
}

const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/** Whether npm reaches a package registry from here; any other trouble is not its absence, and throws. */
export async function registryAnswers(folder: string): Promise<boolean> {
  const quick = ['--fetch-retries=0', '--fetch-timeout=15000'];
  const { code, output } = await finish('npm', ['view', '@angular/cli', 'name', ...quick], folder);
  if (code !== 0 && !UNREACHABLE.test(output)) throw new Error(`npm view failed:\n${output.slice(-2000)}`);
  return code === 0;
}
