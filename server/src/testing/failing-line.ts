import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What happens on a line. `reset`: both ends are told; `silence`: nothing more passes on the connections of now, and nobody
 * is told; `none`: it is only noticed.
 */
export type Failure = 'reset' | 'silence' | 'none';

/** A TCP line that a test breaks after so many bytes; who calls again is connected again. */
export class FailingLine {
  readonly origin: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #left = Infinity;
  #how: Failure = 'reset';
  #onFailure: () => void = () => undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => this.#connected(client, port));
  }

  /** @param port on loopback, where the line ends */
  static async to(port: number): Promise<FailingLine> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FailingLine(server, port);
  }

  /** Passes on so many bytes of callers. @returns when that has happened, and the failure with it */
  async failAfter(bytes: number, how: Failure = 'reset'): Promise<void> {
    this.#left = bytes;
    this.#how = how;
    await new Promise<void>((resolve) => (this.#onFailure = resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(client: Socket, port: number): void {
    const target = connect(port, '127.0.0.1');
    let isDead = false;
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          if (isDead) return;
          client.destroy();
          target.destroy();
        });
    }
    client.on('data', (bytes: Buffer) => {
      if (isDead) return;
      this.#left -= bytes.length;
      const how = this.#left > 0 ? 'none' : this.#how;
      if (this.#left <= 0) {
        this.#left = Infinity;
        this.#onFailure();
      }
      if (how === 'reset') for (const socket of [client, target]) socket.resetAndDestroy();
      else if (how === 'silence') isDead = true;
      else if (!target.write(bytes)) client.pause();
    });
    target.on('drain', () => client.resume());
    target.on('data', (bytes) => {
      if (!isDead) client.write(bytes);
    });
  }
}
