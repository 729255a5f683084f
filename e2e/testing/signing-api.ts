import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A signing API that does what a test needs to see, and what no healthy server does. */
export interface SigningApi {
  origin: string;
  /** Paths of the requests it got. */
  asked: string[];
  close(): Promise<void>;
}

/**
 * Starts one on a free port of loopback. `POST /greeting` answers `{ text }`.
 *
 * @param sign a status to refuse every sign request with; `never`: there is no answer
 */
export async function startSigningApi(
  sign: number | 'never',
  headers: Record<string, string> = {},
): Promise<SigningApi> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    if (request.url === '/greeting') {
      response.setHeader('content-type', 'application/json');
      response.end('{"text":"Good morning"}');
    } else if (sign !== 'never') response.writeHead(sign, headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
