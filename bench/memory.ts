// What a production server keeps in memory while it signs 1,000 URLs a second: the built program with DATABASE_URL set,
// so without samples, on a PostgreSQL with fsync, its audit and its limits on, with the
// flags that `countersign serve` starts it with. SECONDS=N sets for how long (default 20).
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import sharp from 'sharp';
import { issueToken } from '../server/src/identity/tokens.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { paced } from './load/paced.ts';
import { residentMegabytes } from './load/resident-memory.ts';
import { sayLimits, startProduction, type BenchServer } from './load/servers.ts';
import type { Size } from './size.ts';

const PER_SECOND = 1000;
const PEOPLE = 100;
const PICTURES = 12;
const MOST_MEGABYTES = 200;
const LOOK_EVERY_MS = 100;

export async function run(): Promise<Size[]> {
  const seconds = Number(process.env['SECONDS'] ?? 20);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-memory-'));
  await chmod(folder, 0o711);
  const postgres = await startLocalPostgres({
    dir: join(folder, 'postgres'),
    log: pino({ level: 'silent' }),
  });
  const jwtSecret = randomBytes(32).toString('base64url');
  let server: BenchServer | undefined;
  try {
    server = await startProduction(join(folder, 'data'), postgres.url, jwtSecret);
    sayLimits(PEOPLE);
    const people = Array.from({ length: PEOPLE }, (_, index) => tokenOf(index, jwtSecret));
    const paths: string[] = [];
    for (const token of people.slice(0, PICTURES)) paths.push(await upload(server.origin, token));
    const started = await residentMegabytes(server.pid);
    const requests = people.map((token, index) => ({
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ path: paths[index % PICTURES], expiryMinutes: 60, reason: 'team_member_photo' }),
    }));
    const watch = watchResident(server.pid);
    const load = paced({
      url: `${server.origin}/api/resources/sign`,
      requests,
      perSecond: PER_SECOND,
      seconds,
    });
    const { answered, tookSeconds } = await load.finally(() => watch.stop());
    const rate = Math.round(answered / tookSeconds);
    console.log(
      `${answered} signed in ${tookSeconds.toFixed(1)} s, ${rate} a second; before the first ${started} MB resident`,
    );
    if (rate < PER_SECOND * 0.98) throw new Error(`the machine had no room for ${PER_SECOND} a second`);
    const name = `memory: resident, ${PER_SECOND} signs/s for ${seconds} s`;
    return [{ name, size: watch.most(), most: MOST_MEGABYTES, unit: 'MB' }];
  } finally {
    await server?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const tokenOf = (index: number, secret: string): string =>
  issueToken(
    { id: `person-${index}`, name: `Person ${index}`, tenantId: 'default', roles: ['tenantMember'] },
    secret,
  );

/** @returns the path of a small picture of this person's that everybody may see */
async function upload(origin: string, token: string): Promise<string> {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const answer = await fetch(`${origin}/api/resources?kind=teamPhoto&name=photo.png`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', authorization: `Bearer ${token}` },
    body: new Uint8Array(picture),
  });
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { path: string }).path;
}

function watchResident(pid: number): { most(): number; stop(): Promise<void> } {
  let most = Number.NaN;
  const ending = new AbortController();
  const look = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const now = await residentMegabytes(pid);
      most = Number.isNaN(most) ? now : Math.max(most, now);
      await sleep(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const looking = look();
  return {
    most: () => most,
    stop: async () => {
      ending.abort();
      await looking;
    },
  };
}

if (import.meta.main) console.table(await run());
