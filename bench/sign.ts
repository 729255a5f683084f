// POST /api/resources/sign with its audit row committed on a PostgreSQL with fsync, beside an Express route that
// parses the same JSON and answers the same bytes. Calls come from 100 people, whose limits are on, but higher than
// the default: 100 calls a minute each would be over after a second or two of this load.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, requestsPerSecond, type Figure } from './load/generator.ts';
import { sayLimits, startFloor, startProduct, tokensOf } from './load/servers.ts';

const CONNECTIONS = 64;
const SECONDS = 4;
const PEOPLE = 100;

export async function run(): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  await chmod(dataDir, 0o711);
  const product = await startProduct(dataDir);
  sayLimits(PEOPLE);
  const tokens = await tokensOf(PEOPLE, dataDir);
  const requests = tokens.map((token, index) => ({
    method: 'POST' as const,
    path: '/api/resources/sign',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      path: `public/team/avatar-${(index % 12) + 1}.jpg`,
      expiryMinutes: 60,
      reason: 'team_member_photo',
    }),
  }));
  const [first] = requests;
  const example = await fetch(product.origin + (first?.path ?? ''), {
    method: 'POST',
    headers: first?.headers ?? {},
    body: first?.body ?? '',
  });
  const floor = await startFloor((await example.json()) as object, dataDir);
  try {
    const load = { connections: CONNECTIONS, seconds: SECONDS };
    return [
      await compare(
        'sign endpoint',
        0.5,
        () =>
          requestsPerSecond({
            ...load,
            url: floor.origin,
            requests: requests.map((request) => ({ ...request, path: '/sign' })),
          }),
        () => requestsPerSecond({ ...load, url: product.origin, requests }),
      ),
    ];
  } finally {
    await Promise.all([product.stop(), floor.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}
