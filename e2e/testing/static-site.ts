import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

/** What a site answers with. */
export interface StaticSiteContent {
  /** The folder that `ng build` made, with an `index.html`. */
  readonly folder: string;
  /** Header of every answer; `{nonce}` in it and in `index.html` becomes a new random value each time. */
  readonly policy: string;
}

/** A small web server for a built application, on an origin of its own. */
export class StaticSite {
  /** By name, so that it is another site than a server at 127.0.0.1, not just another port. */
  readonly origin: string;
  /** What it answers with; until it is set, nothing is found. */
  content: StaticSiteContent | undefined;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  /** Takes a free port; it can be named elsewhere before there is anything to serve. */
  static async open(): Promise<StaticSite> {
    const opened = Promise.withResolvers<StaticSite>();
    const server = createServer((request, response) => {
      void opened.promise
        .then((site) => site.#answer(request.url ?? '/'))
        .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    opened.resolve(new StaticSite(server));
    return opened.promise;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    target: string,
  ): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array | string }> {
    const missing = { status: 404, headers: { 'Content-Type': 'text/plain' }, body: 'not here' };
    if (!this.content) return missing;
    const { folder, policy } = this.content;
    const { pathname } = new URL(target, this.origin);
    const path = normalize(extname(pathname) ? pathname : '/index.html');
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    if (!bytes) return missing;
    const nonce = randomBytes(16).toString('base64url');
    return {
      status: 200,
      headers: {
        'Content-Security-Policy': policy.replaceAll('{nonce}', nonce),
        'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      },
      body: path === '/index.html' ? bytes.toString('utf8').replaceAll('{nonce}', nonce) : bytes,
    };
  }
}
