import { createServer, type AddressInfo } from 'node:net';

/**
 * A port of 127.0.0.1 that nobody listens on at this moment.
 *
 * @param preferred tried first, e.g. the one used last time
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred) {
    const port = await bind(preferred).catch(() => undefined);
    if (port) return port;
  }
  return bind(0);
}

function bind(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
