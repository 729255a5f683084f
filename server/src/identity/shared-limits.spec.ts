import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer, redisPath } from '../testing/redis-server.ts';
import { ada, TestServer } from '../testing/test-server.ts';

const PATH = 'public/team/shared.png';
const one = { path: PATH, reason: 'test' };

describe('servers with one Redis', () => {
  let redis: RedisServer;
  let servers: TestServer[];

  beforeAll(async () => {
    if (redisPath) redis = await RedisServer.start();
  });

  beforeEach(async () => {
    servers = [];
    if (!redisPath) return pending('needs redis-server');
    await redis.kill();
    await redis.startAgain();
  });

  afterEach(() => Promise.all(servers.map((server) => server.stop())));
  afterAll(() => redis?.stop());

  const start = async (rates: Record<string, string> = {}, count = 2): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const server = await TestServer.start({ redisUrl: redis.url, rateLimits: rates });
      servers.push(server);
      await server.addPhoto(PATH, ada);
    }
  };

  const sign = (server: TestServer | undefined): Promise<Response> =>
    server!.call('POST', '/api/resources/sign', { as: ada, body: one });
  const signMany = (server: TestServer | undefined, count: number): Promise<Response> =>
    server!.call('POST', '/api/resources/sign/batch', {
      as: ada,
      body: { resources: Array.from({ length: count }, () => one) },
    });
  /** Admitted of so many simultaneous calls, every other one to the other server. */
  const admitted = async (calls: number): Promise<number> => {
    const answers = await Promise.all(
      Array.from({ length: calls }, (_, index) => sign(servers[index % servers.length])),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    return statuses.filter((status) => status === 200).length;
  };
  const lines = (server: TestServer | undefined, words: string): number =>
    server!.logged.filter((line) => line.includes(words)).length;
  const waitForLines = async (words: string): Promise<void> => {
    while (servers.some((server) => lines(server, words) === 0)) await sleep(20);
  };

  it('admit together exactly what the limit says', async () => {
    await start();
    expect(await admitted(150)).toBe(100);
    expect(await admitted(20)).toBe(0);
    const refused = await sign(servers[1]);
    expect(refused.headers.get('ratelimit')).toMatch(/^"sign";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('count the signatures of batches together, and take none for a refused batch', async () => {
    await start({ signatures: '150/min' });
    expect((await signMany(servers[0], 100)).status).toBe(200);
    const refused = await signMany(servers[1], 51);
    expect([refused.status, refused.headers.get('ratelimit')]).toEqual([
      429,
      jasmine.stringMatching(/^"signatures";r=50;t=\d+$/),
    ]);
    expect((await signMany(servers[1], 50)).status).toBe(200);
    expect((await signMany(servers[0], 1)).status).toBe(429);
  });

  it('go on by themselves while it is away, share again when it is back, and log each once', async () => {
    await start({ sign: '30/min' });
    expect(await admitted(10)).toBe(10);
    await redis.kill();
    // Each begins with a budget of its own.
    expect(await admitted(100)).toBe(60);
    await redis.startAgain();
    await waitForLines('Redis is back');
    expect(await admitted(50)).toBe(30);
    for (const server of servers) {
      expect(lines(server, 'Redis is away')).toBe(1);
      expect(lines(server, 'Redis is back')).toBe(1);
      expect(server.logged.join('')).not.toContain('default/ada');
    }
  }, 30_000);

  it('do not wait for a Redis that hangs', async () => {
    await start({ sign: '1000/min' });
    redis.signal('SIGSTOP');
    try {
      expect(await admitted(20)).toBe(20);
      await waitForLines('Redis is away');
      // Only what was under way when it stopped has waited: the next do not reach it.
      for (const server of servers) expect(server.assembly.redis?.client.status).not.toBe('ready');
      expect(await admitted(200)).toBe(200);
    } finally {
      redis.signal('SIGCONT');
    }
    await waitForLines('Redis is back');
  }, 30_000);

  it('count by themselves when it refuses to write, and say so once', async () => {
    await start({ sign: '30/min' }, 1);
    await servers[0]?.assembly.redis?.client.config('SET', 'min-replicas-to-write', '1');
    expect(await admitted(50)).toBe(30);
    expect(lines(servers[0], 'Redis is away')).toBe(1);
    await servers[0]?.assembly.redis?.client.config('SET', 'min-replicas-to-write', '0');
    expect(await admitted(50)).toBe(30);
    expect(lines(servers[0], 'Redis is back')).toBe(1);
  });

  it('start without it', async () => {
    await redis.kill();
    await start({ sign: '30/min' });
    expect(await admitted(100)).toBe(60);
    await redis.startAgain();
    await waitForLines('Redis is back');
    expect(await admitted(50)).toBe(30);
  }, 30_000);
});
