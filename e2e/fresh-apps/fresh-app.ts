import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadmeBlocks } from '../testing/readme-blocks.ts';
import { finish, ownPrompt, succeed } from './command-line.ts';
import { allowForRegistryGaps } from './registry-gaps.ts';

const QUIET = ['--no-fund', '--no-audit', '--loglevel=error'];

/** An application as `ng new` makes it, outside of this repository. */
export class FreshApp {
  readonly folder: string;
  readonly #ng: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ng = join(folder, 'node_modules', '@angular', 'cli', 'bin', 'ng.js');
  }

  /**
   * @param base an empty folder
   * @param major of Angular
   * @param flags of `ng new` beside those that keep it from asking
   */
  static async create(base: string, major: number, flags: readonly string[] = []): Promise<FreshApp> {
    const cli = join(base, `cli-${major}`);
    await mkdir(cli, { recursive: true });
    await writeFile(join(cli, 'package.json'), '{ "private": true }');
    await succeed('npm', ['install', ...QUIET, `@angular/cli@${major}`], cli);
    const ng = join(cli, 'node_modules', '@angular', 'cli', 'bin', 'ng.js');
    const unasked = ['--defaults', '--skip-git', '--skip-tests', '--skip-install'];
    const app = new FreshApp(join(base, `app-${major}`));
    await succeed(process.execPath, [ng, 'new', `app-${major}`, ...unasked, ...flags], base);
    // What `ng new` does without --skip-install, where a gap of the registry could not be bridged.
    const { code } = await finish('npm', ['install', ...QUIET], app.folder);
    if (code !== 0) await allowForRegistryGaps(app.folder, major);
    await succeed('npm', ['install', ...QUIET], app.folder);
    return app;
  }

  /** `ng ...` of the application's own Angular. */
  ng(...args: string[]): Promise<string> {
    return succeed(process.execPath, [this.#ng, ...args], this.folder);
  }

  /** A command line of the README, which must be an `ng` one. */
  typed(line: string): Promise<string> {
    return this.ng(...words(line));
  }

  /** Starts what a line of the README says, and waits for the address it prints. */
  async start(line: string, ...args: string[]): Promise<{ origin: string; stop(): Promise<void> }> {
    const child = spawn(process.execPath, [this.#ng, ...words(line), ...args], {
      cwd: this.folder,
      env: ownPrompt(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    let output = '';
    const serving = new Promise<string>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const origin = /http:\/\/localhost:\d+/.exec(output)?.[0];
          if (origin) resolve(origin);
        });
      }
    });
    const origin = await Promise.race([serving, ended, sleep(60_000, undefined, { ref: false })]);
    if (typeof origin === 'string') return { origin, stop };
    await stop();
    throw new Error(`${line.trim()} served nothing:\n${output}`);
  }

  /** Writes the blocks of the README that are whole files of the application. */
  async take(blocks: ReadmeBlocks, ...names: string[]): Promise<void> {
    for (const name of names) await writeFile(join(this.folder, name), blocks.get(name));
  }

  /** Changes one file; fails when there was nothing to change. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(this.folder, path);
    const before = await readFile(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${path}`);
    await writeFile(file, after);
  }

  /** The folder that `ng build` made. */
  get built(): string {
    return join(this.folder, 'dist', this.folder.split('/').at(-1) ?? '', 'browser');
  }
}

function words(line: string): string[] {
  const [program, ...args] = line.trim().split(/\s+/);
  if (program !== 'ng') throw new Error(`not an ng command: ${line}`);
  return args;
}
