import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LiveProbes } from './live-probes.ts';

describe('Live probes', () => {
  const servers: Server[] = [];
  const never = new AbortController().signal;

  /** A gateway that answers each path with the next of its statuses, the last one again and again. */
  const gateway = async (statuses: Record<string, number[]>): Promise<string> => {
    const server = createServer((request, response) => {
      const left = statuses[request.url ?? ''] ?? [404];
      response
        .writeHead((left.length > 1 ? left.shift() : left[0]) ?? 404, { location: '/elsewhere' })
        .end('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('tell apart what was delivered and is refused, what is still delivered, and what proves nothing', async () => {
    const good = await gateway({ '/a': [200, 403], '/b': [206, 404] });
    const stale = await gateway({ '/a': [200, 200], '/b': [403] });
    const broken = await gateway({ '/a': [200, 500], '/b': [200, 302] });
    const gone = await gateway({});
    const probes = new LiveProbes({ gateways: [good, stale, broken, gone], attempts: 2, pauseMs: 0 });
    const live = await probes.before(['/a', '/b'], never);
    expect(live.map(({ workedAt }) => workedAt)).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
    expect(await probes.after(live, never)).toEqual([
      { address: good, worked: 2, delivered: 0, refused: 2, unanswered: 0 },
      { address: stale, worked: 1, delivered: 1, refused: 0, unanswered: 0 },
      { address: broken, worked: 2, delivered: 0, refused: 0, unanswered: 2 },
      { address: gone, worked: 0, delivered: 0, refused: 0, unanswered: 0 },
    ]);
  });

  it('ask again, since a server that has just started does not listen yet', async () => {
    const starting = await gateway({ '/a': [503, 404, 200, 503, 403] });
    const probes = new LiveProbes({ gateways: [starting], attempts: 3, pauseMs: 0 });
    const live = await probes.before(['/a'], never);
    expect(live.length).toBe(1);
    expect(await probes.after(live, never)).toEqual([
      { address: starting, worked: 1, delivered: 0, refused: 1, unanswered: 0 },
    ]);
  });
});
