import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { droppingProxy } from '../testing/dropping-proxy.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { ENOUGH_BITS, estimatedBits, knownWeakness } from './doctor/secret-strength.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

interface Report {
  ok: boolean;
  problems: number;
  warnings: number;
  findings: { check: string; level: string; says: string; change?: string }[];
}

const secret = (): string => randomBytes(32).toString('base64');

describe('countersign doctor', () => {
  let database: TestDatabase;
  let folder: string;
  let healthy: Record<string, string>;

  beforeEach(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'countersign-doctor-'));
    await mkdir(join(folder, 'files'));
    healthy = {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      MASTER_SECRET: secret(),
      JWT_SECRET: secret(),
      AUDIT_SIGNING_KEY: secret(),
      DELIVERY_URL: 'https://cdn.example.com',
    };
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const doctor = async (changed: Record<string, string> = {}): Promise<Ended & { report: Report }> => {
    const ended = await runCommand(['doctor', '--json'], { ...healthy, ...changed });
    return { ...ended, report: JSON.parse(ended.stdout) as Report };
  };
  /** What it says of one level, as `check: text`. */
  const said = ({ findings }: Report, level: string): string[] =>
    findings.filter((one) => one.level === level).map(({ check, says }) => `${check}: ${says}`);

  it('finds nothing to change but what this test cluster is, and leaves nothing behind', async () => {
    const { code, report, stdout } = await doctor();
    // The cluster of the tests runs without fsync, and as superuser.
    expect(said(report, 'problem')).toEqual([jasmine.stringMatching(/^database: fsync/)]);
    expect(said(report, 'warning').filter((line) => !/^(disk|database)/.test(line))).toEqual([]);
    expect(code).toBe(1);
    const checks = new Set(report.findings.map(({ check }) => check));
    for (const check of ['configuration', 'secrets', 'database', 'listen', 'store', 'disk', 'delivery']) {
      expect(checks).toContain(check);
    }
    expect(await readdir(join(folder, 'files'))).toEqual([]);
    for (const name of ['MASTER_SECRET', 'JWT_SECRET', 'DATABASE_URL'] as const) {
      expect(stdout).not.toContain(healthy[name]!);
    }
  });

  it('names every variable that is wrong at once, and what to do', async () => {
    const { code, report } = await doctor({ PORT: 'x', MAX_UPLOAD_BYTES: '-1', DELIVERY_URL: 'ftp://x' });
    const wrong = report.findings.filter(
      ({ check, level }) => check === 'configuration' && level === 'problem',
    );
    expect(code).toBe(1);
    expect(wrong.map(({ says }) => says.split(' ')[0]).sort()).toEqual([
      'DELIVERY_URL',
      'MAX_UPLOAD_BYTES',
      'PORT',
    ]);
    for (const { change } of wrong) expect(change).toMatch(/docs\/configuration\.md/);
  });

  it('recognises weak and shared secrets, and does not print them', async () => {
    const weak = 'correct horse battery staple 123';
    const { report, stdout } = await doctor({ MASTER_SECRET: weak, JWT_SECRET: weak });
    const problems = said(report, 'problem').filter((line) => line.startsWith('secrets'));
    expect(problems.length).toBe(3);
    expect(problems.at(-1)).toContain('are the same');
    expect(stdout).not.toContain(weak);
    const missing = await doctor({ MASTER_SECRET: '' });
    expect(said(missing.report, 'problem')).toContain('secrets: MASTER_SECRET is not set');
  });

  it('says which migrations a database lacks, and that one is newer', async () => {
    await database.pool.query('DELETE FROM schema_migrations');
    const older = await doctor();
    expect(said(older.report, 'problem').join()).toContain('the database lacks 0001_first');
    expect(older.report.findings.find(({ says }) => says.includes('lacks'))?.change).toBe(
      'run countersign migrate',
    );
  });

  it('says that the database does not answer, and goes on with the other checks', async () => {
    const { code, report } = await doctor({ DATABASE_URL: 'postgres://me:geheim@127.0.0.1:1/x' });
    expect(code).toBe(1);
    expect(said(report, 'problem').filter((line) => line.startsWith('database'))).toEqual([
      jasmine.stringContaining('does not answer'),
    ]);
    expect(said(report, 'ok').join()).toContain('store:');
    expect(JSON.stringify(report)).not.toContain('geheim');
  });

  it('notices that notifications do not arrive', async () => {
    const proxy = await droppingProxy(database.url);
    try {
      // The listener's answer to LISTEN is lost, as behind something that is not a plain connection.
      proxy.dropAnswersTo('LISTEN', 1);
      const { report } = await doctor({ DATABASE_DIRECT_URL: proxy.url });
      const [finding] = report.findings.filter(({ check }) => check === 'listen');
      expect([finding?.level, finding?.says]).toEqual([
        'problem',
        jasmine.stringContaining('DATABASE_DIRECT_URL'),
      ]);
    } finally {
      await proxy.close();
    }
  });

  it('finds a data folder that cannot be written, by what happens when it is', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const { report } = await doctor({ DATA_DIR: join(file, 'data') });
    expect(said(report, 'problem').filter((line) => line.startsWith('store'))).toEqual([
      jasmine.stringContaining('cannot be made'),
    ]);
  });

  it('looks at the address in signed URLs', async () => {
    const of = async (DELIVERY_URL: string, more = {}): Promise<string | undefined> =>
      (await doctor({ DELIVERY_URL, ...more })).report.findings.find(({ check }) => check === 'delivery')
        ?.level;
    const levels = await Promise.all([
      of('https://cdn.example.com/x'),
      of('http://cdn.example.com'),
      of('https://localhost:3000/cdn'),
      of('https://me:pw@cdn.example.com'),
      of('', { HOST: '0.0.0.0' }),
      of(''),
    ]);
    expect(levels).toEqual(['ok', 'problem', 'problem', 'problem', 'problem', 'warning']);
  });

  describe('and an issuer', () => {
    let issuer: Server;
    let origin: string;
    let keys: object[];
    let calls: string | undefined;

    beforeEach(async () => {
      keys = [{ kty: 'RSA', kid: 'a' }];
      calls = undefined;
      issuer = createServer((request, response) => {
        const isKeys = request.url === '/jwks';
        response.end(
          JSON.stringify(isKeys ? { keys } : { issuer: calls ?? origin, jwks_uri: `${origin}/jwks` }),
        );
      });
      issuer.listen(0, '127.0.0.1');
      await once(issuer, 'listening');
      origin = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    });

    afterEach(() => {
      issuer.closeAllConnections();
      issuer.close();
    });

    it('asks it who it is, and for its keys', async () => {
      const about = async (): Promise<string[]> =>
        (await doctor({ OIDC_ISSUER: origin, OIDC_AUDIENCE: 'api' })).report.findings
          .filter(({ check }) => check === 'issuer')
          .map(({ level, says }) => `${level} ${says}`);
      expect((await about())[0]).toBe(`ok ${origin} answers and publishes 1 keys`);
      keys = [];
      expect((await about())[0]).toBe('problem the issuer publishes no keys');
      calls = 'https://elsewhere.example.com';
      expect((await about())[0]).toBe(`problem the issuer calls itself ${calls}`);
    });

    it('says that nobody answers, at an issuer and at a Redis', async () => {
      const { report } = await doctor({
        // Of port 1 fetch itself wants to hear nothing.
        OIDC_ISSUER: 'http://127.0.0.1:2',
        REDIS_URL: 'redis://:geheim@127.0.0.1:1',
      });
      const problems = said(report, 'problem').filter((line) =>
        /^(issuer: OIDC_ISSUER cannot|redis)/.test(line),
      );
      expect(problems).toEqual([
        jasmine.stringContaining('ECONNREFUSED'),
        jasmine.stringContaining('ECONNREFUSED'),
      ]);
      expect(JSON.stringify(report)).not.toContain('geheim');
    });
  });

  it('reads the files that settings name as the server does', async () => {
    const file = join(folder, 'policy.json');
    await writeFile(file, '{"rules": [{}]}');
    const { report } = await doctor({ POLICY_FILE: file, ROLES_FILE: join(folder, 'none.json') });
    const files = said(report, 'problem').filter((line) => line.startsWith('files'));
    expect(files).toEqual([jasmine.stringContaining(file), jasmine.stringContaining('none.json')]);
  });

  it('tells a person in lines, with what to change below each, and counts', async () => {
    const { stdout } = await runCommand(['doctor'], { ...healthy, DELIVERY_URL: 'http://cdn.example.com' });
    expect(stdout).toMatch(/^problem {2}delivery {7}DELIVERY_URL is not https.*\n {24}-> put TLS/m);
    expect(stdout).toMatch(/\n\d problems, \d warnings?\.\n$/);
    expect(stdout).not.toContain('\x1b');
  });
});

describe('the strength of a secret', () => {
  it('is enough for what random generators give', () => {
    const random = fc
      .constantFrom('base64', 'hex', 'base64url')
      .chain((encoding) =>
        fc.uint8Array({ minLength: 32, maxLength: 48 }).map(() => randomBytes(32).toString(encoding)),
      );
    fc.assert(fc.property(random, (text) => estimatedBits(text) >= ENOUGH_BITS));
  });

  it('is not for words, repetitions and known examples', () => {
    for (const text of [
      'correct horse battery staple once more',
      'abcABC123!abcABC123!abcABC123!abcABC123!',
      'thequickbrownfoxjumpsoverthelazydog',
      '2024-01-01-2024-01-01-2024-01-01-2024',
    ]) {
      expect([text, estimatedBits(text) >= ENOUGH_BITS]).toEqual([text, false]);
    }
    for (const text of [
      'Change-Me-8f2kq0dmzlq92mfkq0rz1lwq',
      'x-0123456789-k29fk2mq',
      'my_Secret_92kfm20rk2m1',
    ]) {
      expect([text, knownWeakness(text) === undefined]).toEqual([text, false]);
    }
  });

  it('does not take a random secret for a known one', () => {
    for (let n = 0; n < 200; n++) expect(knownWeakness(randomBytes(32).toString('base64'))).toBeUndefined();
  });
});
