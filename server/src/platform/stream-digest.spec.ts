import { createHash } from 'node:crypto';
import { createServer, get, Agent, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { digestOf, giveBack } from './stream-digest.ts';

const MEBIBYTE = 1024 * 1024;

describe('The digest of a stream', () => {
  it('is that of its bytes, response after response on one connection, and no chunk stays in memory', async () => {
    const block = Buffer.alloc(MEBIBYTE, 'countersign');
    const blocks = 96;
    let most = 0;
    const held = (): number => process.memoryUsage().arrayBuffers;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': blocks * MEBIBYTE });
      const body = Readable.from(
        (function* () {
          for (let number = 0; number < blocks; number += 1) {
            most = Math.max(most, held());
            yield block;
          }
        })(),
      );
      body.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const expected = createHash('sha256');
    for (let number = 0; number < blocks; number += 1) expected.update(block);
    const sha256 = expected.digest('hex');
    try {
      const before = held();
      for (let round = 0; round < 2; round += 1) {
        const response = await new Promise<IncomingMessage>((resolve) =>
          get({ port, host: '127.0.0.1', agent }, resolve),
        );
        const { socket } = response;
        const listeners = socket.listenerCount('data');
        const found = await digestOf(response);
        expect([found.size, found.sha256.toString('hex')]).toEqual([blocks * MEBIBYTE, sha256]);
        expect(socket.listenerCount('data')).toBeLessThanOrEqual(listeners);
      }
      expect(most - before).toBeLessThan(16 * MEBIBYTE);
    } finally {
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('leaves alone what others may have a part of', async () => {
    const whole = Buffer.alloc(100, 1);
    const { size } = await digestOf(Readable.from([whole.subarray(0, 40), whole.subarray(40)]));
    expect([size, whole.every((byte) => byte === 1)]).toEqual([100, true]);
    const alone = Buffer.from(new ArrayBuffer(100));
    giveBack(alone);
    expect(alone.length).toBe(0);
  });

  it('fails with its stream', async () => {
    const stream = new Readable({ read: () => stream.destroy(new Error('the line broke')) });
    await expectAsync(digestOf(stream)).toBeRejectedWithError('the line broke');
  });
});
