import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Status of the answer; 0: the connection ended without one. */
export type Answer = number;

/** Keeps connections open between requests, as browsers and proxies do. */
export const agent = new Agent({ keepAlive: true, maxSockets: 200 });

/** @returns what a GET was answered with, body read */
export function ask(origin: string, target: string): Promise<Answer> {
  return new Promise((resolve) => {
    const asked = request(origin + target, { agent }, (response) => {
      response.on('error', () => undefined).on('close', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

/**
 * A connection that is open already, so that what is written lies in the receiver's socket at once, whether the receiver
 * runs or is stopped.
 */
export class OpenConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = '';
  #settle: ((answer: Answer) => void) | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.#received += bytes.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(this.#received)?.[1];
      if (status) this.#settle?.(Number(status));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#settle?.(0));
  }

  /** @returns a connection that the machine has accepted, whatever its process does */
  static async to(origin: string): Promise<OpenConnection | undefined> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    return isOpen ? new OpenConnection(socket, host) : undefined;
  }

  /** Sends one GET. @returns what it is answered with, and nothing before that */
  ask(target: string): Promise<Answer> {
    this.#received = '';
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#socket.destroyed) resolve(0);
      else this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
