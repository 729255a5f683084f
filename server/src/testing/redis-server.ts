import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../platform/free-port.ts';

/** The Redis of this machine; undefined: there is none, and such specs are pending. */
export const redisPath: string | undefined = [
  process.env['REDIS_SERVER'],
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
].find((path) => path !== undefined && existsSync(path));

/** A real Redis in a process of its own, which keeps nothing on disk. */
export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(port: number, folder: string) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
  }

  /** Starts one on a free port of loopback. */
  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'countersign-redis-')));
    await server.startAgain();
    return server;
  }

  /** On the same port, empty. */
  async startAgain(): Promise<void> {
    if (!redisPath) throw new Error('needs redis-server');
    this.#child = spawn(
      redisPath,
      [
        ...['--port', String(this.#port), '--bind', '127.0.0.1'],
        ...['--dir', this.#folder, '--save', '', '--appendonly', 'no'],
      ],
      { stdio: 'ignore' },
    );
    while (!(await accepts(this.#port))) {
      if (this.#child.exitCode !== null) throw new Error(`redis-server ended with ${this.#child.exitCode}`);
      await sleep(10);
    }
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended();
  }

  /** @param signal `SIGSTOP`: it hangs, its connections stay open; `SIGCONT`: it goes on */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ended(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });
}
