import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../../../bin/node-flags.mjs';
import { cleanEnvironment } from '../../cli/testing/run-command.ts';
import { issueToken } from '../../identity/tokens.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const JWT_SECRET = 'test-jwt-secret-0123456789-abcdefghijkl';

/** A real server in a process of its own, which can be killed and started again on the same port. */
export class ServerProcess {
  readonly #port: number;
  readonly #variables: Record<string, string>;
  #child: ChildProcess | undefined;
  #peak = 0;

  constructor(port: number, variables: Record<string, string>) {
    this.#port = port;
    this.#variables = variables;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Most memory that any of its processes had resident, bytes. */
  peak(): number {
    if (this.#child) this.#measure(this.#child);
    return this.#peak;
  }

  token(id: string): string {
    return issueToken({ id, name: id, tenantId: 'default', roles: ['tenantMember'] }, JWT_SECRET);
  }

  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [...NODE_FLAGS, '--conditions=source', MAIN, '--port', String(this.#port)],
      {
        env: {
          ...cleanEnvironment(),
          MASTER_SECRET: 'test-master-secret-0123456789-abcdefghij',
          JWT_SECRET,
          AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
          DELIVERY_URL: `${this.origin}/cdn`,
          LOG_LEVEL: 'error',
          ...this.#variables,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#child = child;
    let said = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.includes('ready ')) return;
    }
    throw new Error('the server did not start');
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    this.#measure(child);
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  #measure({ pid }: ChildProcess): void {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    this.#peak = Math.max(this.#peak, kilobytes * 1024);
  }
}
