import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWhenSilent } from './silent-sender.ts';

const SIZE = 8_000_000;

describe('A sender who is silent', () => {
  let server: Server;
  let read: (request: IncomingMessage) => Promise<number>;
  let outcome: Promise<number>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      endWhenSilent(request, 120);
      outcome = read(request);
      outcome.then(
        () => response.end('read'),
        () => undefined,
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => server.close());

  const sizeOf = async (request: IncomingMessage): Promise<number> => {
    let size = 0;
    for await (const chunk of request) size += (chunk as Buffer).length;
    return size;
  };
  const send = () =>
    httpRequest({
      ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port, method: 'POST', agent: false },
      headers: { 'content-length': SIZE },
    });

  it('one byte before the end is cut off, and read as one who has left', async () => {
    read = sizeOf;
    const sending = send();
    const cut = once(sending, 'error');
    sending.write(Buffer.alloc(SIZE - 1));
    await cut;
    await expectAsync(outcome).toBeRejected();
  });

  it('because the reader is slow, or works on what has arrived, is not cut off', async () => {
    read = async (request) => {
      await sleep(400);
      const size = await sizeOf(request);
      await sleep(400);
      return size;
    };
    const sending = send();
    sending.end(Buffer.alloc(SIZE));
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    expect(await outcome).toBe(SIZE);
  });
});
