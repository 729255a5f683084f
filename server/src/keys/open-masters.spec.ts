import { pino } from 'pino';
import { mastersCheck } from '../cli/doctor/masters.ts';
import type { Finding } from '../cli/doctor/check.ts';
import { StartError } from '../platform/start-error.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { materialOf } from './master-secrets.ts';
import { openMasters } from './open-masters.ts';

const FIRST = 'first-master-secret-0123456789-abcdefghij';
const SECOND = 'second-master-secret-0123456789-abcdefgh';
const THIRD = 'third-master-secret-0123456789-abcdefghi';

describe('the master secrets of a server', () => {
  let database: TestDatabase;
  let logged: string[];

  beforeEach(async () => {
    database = await freshDatabase();
    logged = [];
  });
  afterEach(() => database.drop());

  const open = (
    masterSecret: string,
    masterSecretPrevious: string[] = [],
    holderId = 'gateway-1',
  ): ReturnType<typeof openMasters> => {
    const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
    return openMasters(database.pool, { masterSecret, masterSecretPrevious }, { holderId, log });
  };
  const states = async (): Promise<string[]> =>
    (
      await database.pool.query<{ state: string }>('SELECT state FROM master_versions ORDER BY version')
    ).rows.map(({ state }) => state);
  const addKey = (version: number): Promise<unknown> =>
    database.pool.query(
      `WITH o AS (INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('t', 'o', 'O') RETURNING *)
       INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, master_version, salt)
       SELECT 'kid', tenant_id, owner_id, 1, $1::int, decode(repeat('01', 32), 'hex') FROM o`,
      [version],
    );
  const makeCurrent = async (version: number): Promise<void> => {
    await database.pool.query(
      `UPDATE master_versions SET state = 'retiring', superseded_at = now() WHERE state = 'current'`,
    );
    await database.pool.query(`UPDATE master_versions SET state = 'current' WHERE version = $1`, [version]);
  };
  const doctor = async (variables: Record<string, string>): Promise<string[]> => {
    const addresses = {
      databaseUrl: database.url,
      databaseDirectUrl: database.url,
      databaseMigrationUrl: database.url,
    };
    const found = (await mastersCheck.run({
      variables,
      dataDir: '/nowhere',
      database: addresses,
      isProduction: true,
    })) as Finding[];
    return found.map(({ level, says }) => `${level}: ${says}`);
  };

  it('are the first version for the first server, and for those after it', async () => {
    expect((await open(FIRST)).of(1)).toEqual(materialOf(FIRST));
    expect((await open(FIRST)).versions).toEqual([1]);
    expect(await states()).toEqual(['current']);
    const { rows } = await database.pool.query<{ text: string }>(
      'SELECT m::text AS text FROM master_versions m',
    );
    for (const secret of [FIRST, materialOf(FIRST).toString('hex')])
      expect(rows[0]?.text).not.toContain(secret);
  });

  it('stop a server whose secret is a wrong one, which derives nothing', async () => {
    await open(FIRST);
    await expectAsync(open(SECOND)).toBeRejectedWithError(
      StartError,
      /^MASTER_SECRET is not .*master version 1.*MASTER_SECRET_PREVIOUS/,
    );
  });

  it('may be new and previous in either order, and the database decides which makes keys', async () => {
    await open(FIRST);
    for (const [newest, before] of [
      [SECOND, FIRST],
      [FIRST, SECOND],
    ] as const) {
      const masters = await open(newest, [before]);
      expect([masters.of(1), masters.of(2)]).toEqual([materialOf(FIRST), materialOf(SECOND)]);
    }
    expect(await states()).toEqual(['current', 'announced']);
    expect(logged.join('')).toContain('countersign keys rotate-master');
  });

  it('get one number each, however many servers announce them at once', async () => {
    await open(FIRST);
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, n) => open(n % 2 ? SECOND : THIRD, [FIRST], `gateway-${n}`)),
    );
    expect(await states()).toEqual(['current', 'announced', 'announced']);
    const numbers = opened.map(({ versions }) => versions[1]);
    expect(new Set(numbers)).toEqual(new Set([2, 3]));
    expect(new Set(numbers.filter((_, n) => n % 2)).size).toBe(1);
  });

  it('refuse keys of a version that is not configured, name the settings, and serve the others', async () => {
    await open(FIRST);
    await open(SECOND, [FIRST]);
    await makeCurrent(2);
    logged = [];
    const late = await open(FIRST);
    expect(logged.join('')).toMatch(/master version 2.*MASTER_SECRET.*MASTER_SECRET_PREVIOUS/);
    expect(late.of(1)).toEqual(materialOf(FIRST));
    expect(() => late.of(2)).toThrowMatching((error: { code?: string }) => error.code === 'key-unavailable');
    await expectAsync(open(THIRD)).toBeRejectedWithError(StartError, /master version 1, 2/);
  });

  it('are not guessed at for a database from before there were versions', async () => {
    await addKey(1);
    await expectAsync(open(SECOND, [FIRST])).toBeRejectedWithError(StartError, /MASTER_SECRET_PREVIOUS/);
    await open(FIRST);
    expect((await open(SECOND, [FIRST])).versions).toEqual([1, 2]);
  });

  it('are told by the doctor, who knows what is missing, what is under way and what can go', async () => {
    await open(FIRST);
    await addKey(1);
    expect(await doctor({ MASTER_SECRET: FIRST })).toEqual([
      'ok: master version 1 makes all new keys; 1 are active',
    ]);
    expect(await doctor({ MASTER_SECRET: THIRD })).toContain(
      'problem: the secret of master version 1, which 1 keys need, is not set here',
    );
    await open(SECOND, [FIRST]);
    await database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind) VALUES (gen_random_uuid(), 'gateway-2', 'gateway')`,
    );
    const both = { MASTER_SECRET: SECOND, MASTER_SECRET_PREVIOUS: FIRST };
    expect(await doctor(both)).toContain(
      'warning: MASTER_SECRET is master version 2, which makes no keys yet; gateway-2 lack it',
    );
    await makeCurrent(2);
    expect(await doctor(both)).toContain('warning: 1 keys of master version 1 are not renewed yet');
    await database.pool.query(
      `UPDATE signature_keys SET state = 'retiring', retired_at = '2027-01-01T00:00:00Z'`,
    );
    expect(await doctor(both)).toContain(
      'ok: master version 1 is retiring: its last 1 keys end by 2027-01-08T00:05:00.000Z',
    );
    const withoutFirst = { MASTER_SECRET: SECOND };
    expect(await doctor(withoutFirst)).toContain(
      'problem: the secret of master version 1, which 1 keys need, is not set here',
    );
    // As after keys rotate-master --end-old-urls, when the secret that leaked is taken out.
    await database.pool.query("UPDATE signature_keys SET state = 'revoked', salt = NULL");
    expect(await doctor(withoutFirst)).toEqual([
      'ok: master version 1 is retiring: it has no keys',
      'ok: master version 2 makes all new keys; 0 are active',
    ]);
    await database.pool.query(`UPDATE master_versions SET state = 'retired' WHERE version = 1`);
    expect(await doctor(both)).toContain('warning: master version 1 is retired: no key needs it');
  });
});
