import { randomBytes } from 'node:crypto';
import { issueToken } from '../server/src/identity/tokens.ts';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { RedisServer, redisPath } from '../server/src/testing/redis-server.ts';
import { freshDatabase, type TestDatabase } from '../server/src/testing/test-database.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataFolder, startServer, type ServerProcess } from './testing/server-process.ts';

const JWT_SECRET = 'limits-jwt-secret-0123456789-abcdefghij';
const CALLS = 180;
const LIMIT = 100;

describe('Two server processes on one PostgreSQL and one Redis', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let servers: ServerProcess[];
  let folders: Awaited<ReturnType<typeof dataFolder>>[];
  let path: string;

  beforeAll(async () => {
    servers = [];
    folders = [];
    if (!redisPath) return;
    [redis, database] = await Promise.all([RedisServer.start(), freshDatabase()]);
    for (let n = 0; n < 2; n += 1) {
      const folder = await dataFolder();
      folders.push(folder);
      servers.push(
        await startServer(folder.path, [], {
          DATABASE_URL: database.url,
          MASTER_SECRET: 'limits-master-secret-0123456789-abcdefg',
          AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
          JWT_SECRET,
          REDIS_URL: redis.url,
          LOG_LEVEL: 'info',
        }),
      );
    }
    path = await upload();
  }, 60_000);

  beforeEach(() => {
    if (!redisPath) pending('needs redis-server');
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(folders.map((folder) => folder.remove()));
    await redis?.stop();
    await database?.drop();
  }, 30_000);

  const tokenOf = (id: string): string =>
    issueToken({ id, name: id, tenantId: 'default', roles: ['tenantMember'] }, JWT_SECRET);

  const upload = async (): Promise<string> => {
    const response = await fetch(`${servers[0]!.origin}/api/resources?kind=teamPhoto&name=limited.png`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf('ada')}`, 'content-type': 'image/png' },
      body: new Uint8Array(onePixelPng),
    });
    return ((await response.json()) as { path: string }).path;
  };

  /** Fires all at once, every other call at the other process. */
  const fire = async (person: string): Promise<Response[]> => {
    const authorization = `Bearer ${tokenOf(person)}`;
    const answers = await Promise.all(
      Array.from({ length: CALLS }, (_, index) =>
        fetch(`${servers[index % 2]!.origin}/api/resources/sign`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ path, reason: 'limited' }),
        }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 200 && status !== 429).length).toBe(0);
    return answers;
  };
  const admitted = (answers: readonly Response[]): number =>
    answers.filter(({ status }) => status === 200).length;

  const issued = async (person: string): Promise<number> => {
    const { rows } = await database.pool.query<{ count: string }>(
      `SELECT count(*) FROM resource_access_logs WHERE event = 'issuance' AND actor = $1`,
      [person],
    );
    return Number(rows[0]?.count);
  };
  const bothSay = async (words: string): Promise<void> => {
    while (!servers.every(({ output }) => output.includes(words))) await sleep(20);
  };

  it(`admit exactly ${LIMIT} of ${CALLS} simultaneous calls, and tell the others when to come back`, async () => {
    const answers = await fire('ada');
    expect(admitted(answers)).toBe(LIMIT);
    expect(await issued('ada')).toBe(LIMIT);
    for (const { status, headers } of answers) {
      if (status !== 429) continue;
      expect(headers.get('ratelimit')).toMatch(/^"sign";r=0;t=\d+$/);
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    // Everybody has a hundred of his own.
    expect(admitted(await fire('grace'))).toBe(LIMIT);
  }, 30_000);

  it('go on by themselves when Redis is killed, and share again when it is back', async () => {
    await redis.kill();
    // Each has the whole limit for its half of the calls.
    expect(admitted(await fire('linus'))).toBe(CALLS);
    await redis.startAgain();
    await bothSay('Redis is back');
    const answers = await fire('margaret');
    expect(admitted(answers)).toBe(LIMIT);
    expect(await issued('margaret')).toBe(LIMIT);
    for (const { output } of servers) {
      expect(output.split('Redis is away').length - 1).toBe(1);
      expect(output.split('Redis is back').length - 1).toBe(1);
    }
  }, 30_000);
});
