import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Parts that are read, and lists, are shorter. */
const LEAST_CUT = 500_000;

/** What stands between a server and its bucket: it holds back one kind of request, and breaks off another. */
export class SlowParts {
  readonly endpoint: string;
  /** Settles when a rest of an upload is on its way, and does not arrive. */
  onItsWay: Promise<void>;
  readonly #server: Server;
  readonly #target: URL;
  #arrived = (): void => undefined;
  #waiting: (() => void)[] = [];
  #isHolding = false;
  #cuts = 0;

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.onItsWay = Promise.resolve();
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => void this.#pass(asked, answer));
  }

  static async before(endpoint: string): Promise<SlowParts> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SlowParts(new URL(endpoint), server);
  }

  /** From now on what is put beside an upload is held back until it was removed: it then arrives after that. */
  hold(): void {
    this.#isHolding = true;
    this.onItsWay = new Promise((resolve) => (this.#arrived = resolve));
  }

  /** Passes on what is still held back. */
  release(): void {
    this.#isHolding = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The next object that is read breaks off in its middle. */
  cutNext(): void {
    this.#cuts += 1;
  }

  /** How many are still to be cut. */
  get cuts(): number {
    return this.#cuts;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = asked;
    const isRest = url.split('?')[0]?.endsWith('.part') === true;
    if (this.#isHolding && isRest && method === 'PUT') {
      this.#arrived();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      // Whoever has given it up has sent nothing.
      if (asked.destroyed || answer.destroyed) return;
    }
    const passed = request({
      host: this.#target.hostname,
      port: this.#target.port,
      method,
      path: url,
      headers,
    });
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      const length = Number(response.headers['content-length']);
      if (method === 'GET' && this.#cuts > 0 && length > LEAST_CUT) {
        this.#cuts -= 1;
        let left = Math.floor(length / 2);
        response.on('data', (part: Buffer) => {
          answer.write(part.subarray(0, left));
          left = Math.max(0, left - part.length);
          if (left === 0) answer.socket?.resetAndDestroy();
        });
        return;
      }
      response.pipe(answer);
      response.on('end', () => {
        if (isRest && method === 'DELETE') this.release();
      });
    });
    passed.on('error', () => answer.destroy());
    answer.on('error', () => undefined);
    asked.pipe(passed);
  }
}
