import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Which way bytes go: to the database, or back from it. */
export type Direction = 'there' | 'back';

/** Is told every piece that is passed on. */
export type Watch = (direction: Direction, bytes: Buffer) => void;

interface Pair {
  client: Socket;
  database: Socket;
}

/**
 * A TCP proxy in front of a database, which a test can make a partition of. Unlike a proxy that loses bytes it can hold
 * them back, as a network does that heals before anybody gives up: everything arrives, late.
 */
export class PartitionProxy {
  /** The database's URL through this proxy. */
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #target: URL;
  readonly #watch: Watch | undefined;
  #held = { there: false, back: false };
  #isCut = false;

  private constructor(target: URL, server: Server, watch: Watch | undefined) {
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href;
    this.#target = target;
    this.#server = server;
    this.#watch = watch;
    server.on('connection', (client) => this.#connected(client));
  }

  /** Starts one on a free port of loopback. */
  static async start(databaseUrl: string, watch?: Watch): Promise<PartitionProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PartitionProxy(new URL(databaseUrl), server, watch);
  }

  /** From now on no byte passes, new connections included, and nobody is told. Nothing is lost. */
  hold(): void {
    this.#hold({ there: true, back: true });
  }

  /** From now on the database hears everything, and its answers are held back. */
  holdAnswers(): void {
    this.#hold({ there: false, back: true });
  }

  /** Ends every connection, and every new one. */
  cut(): void {
    this.#isCut = true;
    for (const { client } of this.#pairs) client.resetAndDestroy();
  }

  /** Passes on what was held back, and everything from now on. */
  heal(): void {
    this.#isCut = false;
    this.#hold({ there: false, back: false });
  }

  /** Ends every connection and the proxy. */
  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #hold(held: { there: boolean; back: boolean }): void {
    this.#held = held;
    for (const { client, database } of this.#pairs) {
      if (held.there) client.pause();
      else client.resume();
      if (held.back) database.pause();
      else database.resume();
    }
  }

  #connected(client: Socket): void {
    if (this.#isCut) {
      client.resetAndDestroy();
      return;
    }
    const database = connect(Number(this.#target.port), this.#target.hostname);
    const pair = { client, database };
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) socket.setNoDelay(true).on('error', end).on('close', end);
    this.#pass('there', client, database);
    this.#pass('back', database, client);
  }

  #pass(direction: Direction, from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      this.#watch?.(direction, bytes);
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!this.#held[direction]) from.resume();
    });
    if (this.#held[direction]) from.pause();
  }
}
