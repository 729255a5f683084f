import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../platform/free-port.ts';

/** The clamd of this machine; undefined: there is none, and such specs are pending. */
export const clamdPath: string | undefined = [
  process.env['CLAMD'],
  '/usr/sbin/clamd',
  '/usr/local/sbin/clamd',
  '/opt/homebrew/sbin/clamd',
].find((path) => path !== undefined && path !== '' && existsSync(path));

/** What the signature of these tests finds, at any place: no real virus, and not the string that real scanners know. */
export const TEST_VIRUS = 'COUNTERSIGN-TEST-VIRUS-a2f1';

/**
 * The text that every scanner finds and that harms nobody (eicar.org). In two parts, so that no scanner takes this file
 * for it.
 */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** The largest stream that it takes, bytes. */
export const CLAMD_STREAM_LIMIT = 1024 * 1024;

/** A real clamd in a process of its own, with a signature of these tests and one of EICAR. */
export class ClamdServer {
  readonly port: number;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
  }

  /** Starts one on a free port of loopback. */
  static async start(): Promise<ClamdServer> {
    if (!clamdPath) throw new Error('needs clamd');
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'countersign-clamd-'));
    await chmod(folder, 0o755);
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    await writeFile(
      join(folder, 'tests.ndb'),
      `Countersign.Test:0:*:${hex(TEST_VIRUS)}\nEicar-Test-Signature:0:*:${hex(EICAR)}\n`,
    );
    await writeFile(
      join(folder, 'clamd.conf'),
      [
        `DatabaseDirectory ${folder}`,
        'TCPAddr 127.0.0.1',
        `TCPSocket ${port}`,
        'Foreground yes',
        `StreamMaxLength ${CLAMD_STREAM_LIMIT}`,
        'MaxThreads 4',
        `TemporaryDirectory ${folder}`,
        `PidFile ${join(folder, 'clamd.pid')}`,
        'FixStaleSocket yes',
        ...(process.getuid?.() === 0 ? ['User root'] : []),
        '',
      ].join('\n'),
    );
    const child = spawn(clamdPath, ['--config-file', join(folder, 'clamd.conf')], { stdio: 'ignore' });
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`clamd ended with ${child.exitCode}`);
      await sleep(20);
    }
    return new ClamdServer(port, folder, child);
  }

  /** Teaches it one more text, by the name `Countersign.Later`. */
  async learn(text: string): Promise<void> {
    const hex = Buffer.from(text).toString('hex');
    await writeFile(join(this.#folder, 'later.ndb'), `Countersign.Later:0:*:${hex}\n`);
    const socket = connect(this.port, '127.0.0.1');
    socket.write('zRELOAD\0');
    await once(socket, 'data');
    socket.destroy();
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    await rm(this.#folder, { recursive: true, force: true });
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
