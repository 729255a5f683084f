import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whoever downloads slowly, or takes nothing for a while. */
export class UnhurriedReader {
  readonly #socket: Socket;
  readonly #serverPort: number;
  readonly #closed: Promise<void>;
  #received = 0;

  private constructor(socket: Socket, serverPort: number) {
    this.#socket = socket;
    this.#serverPort = serverPort;
    socket.on('data', (bytes) => (this.#received += bytes.length));
    socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /**
   * Asks, and reads until the first bytes are there.
   *
   * @param restMs between a piece of 64 kB and the next; undefined: takes nothing more until `readRest`
   */
  static async of(origin: string, target: string, restMs?: number): Promise<UnhurriedReader> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    const reader = new UnhurriedReader(socket, Number(port));
    const first = new Promise<string>((resolve, reject) => {
      socket.once('data', (bytes) => resolve(bytes.toString('latin1', 0, 12))).once('error', reject);
    });
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const status = await first;
    if (status !== 'HTTP/1.1 200') throw new Error(`answered ${status}`);
    socket.pause();
    if (restMs !== undefined) {
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), restMs);
      });
      socket.resume();
    }
    return reader;
  }

  /** Bytes so far, the head included. */
  get received(): number {
    return this.#received;
  }

  /**
   * Whether the server has let go of the connection: what its socket has taken before, it still sends, and no program can
   * stop that. As the kernel tells it (proc(5), `/proc/net/tcp`): a socket that nobody owns has no inode.
   */
  async isLetGo(): Promise<boolean> {
    const wanted = `${address(this.#serverPort)} ${address(this.#socket.localPort ?? 0)}`;
    const table = await readFile('/proc/net/tcp', 'utf8');
    const row = table.split('\n').find((line) => line.includes(wanted));
    const inode = row?.trim().split(/\s+/)[9];
    return inode === undefined || inode === '0';
  }

  /** Resolves when the server has let go, or the time is over. @returns which of them */
  async letGoWithin(milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (!(await this.isLetGo())) {
      if (performance.now() > end) return false;
      await sleep(10);
    }
    return true;
  }

  /** Reads whatever still comes, at full speed, until the connection has ended. */
  async readRest(): Promise<void> {
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', (bytes) => (this.#received += bytes.length)).resume();
    await this.#closed;
  }
}

const address = (port: number): string => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
