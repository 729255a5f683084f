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
 * @param sign a status to refuse every sign request with; `never`: there is no answer; `cacheable`: signed URLs, in an
 *   answer that anybody may keep
 */
export async function startSigningApi(
  sign: number | 'never' | 'cacheable',
  headers: Record<string, string> = {},
): Promise<SigningApi> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    if (request.url === '/greeting') {
      response.setHeader('content-type', 'application/json');
      response.end('{"text":"Good morning"}');
    } else if (sign === 'cacheable') {
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(signed(JSON.parse(body))));
      });
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

/** @returns the answer to a sign request, single or batch */
function signed(body: { path?: string; resources?: { path: string }[] }): object {
  if (body.resources) return { results: body.resources.map(signed) };
  return {
    url: `https://cdn.example.com/${body.path}?sig=${'A'.repeat(43)}`,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    signatureId: `sig_${'A'.repeat(22)}`,
  };
}
