import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import type { VerificationReport } from './audit/findings.ts';
import { dayOf, makePartition, partitionOf } from './audit/partition.store.ts';
import { retireOldDays } from './audit/retention.ts';
import { runCommand, type Ended } from './cli/testing/run-command.ts';
import { openPools, type DatabasePools } from './database-pools.ts';
import { erasePerson } from './offboarding/erase-person.ts';
import { systemClock } from './platform/clock.ts';
import { migrate } from './platform/migrate.ts';
import { shortLog } from './platform/testing/short-log.ts';
import { connected, DocumentedDatabase } from './testing/documented-database.ts';
import { ada, admin, grace, TestServer, type TestPerson } from './testing/test-server.ts';

const SIGNING_KEY = 'q9mZb2v0sWl5f7Jt1YxKc8Rr4HgNdE3uAoPiTzUeXkM=';
const operator: TestPerson = { id: 'operator', roles: ['globalAdmin'] };
const DAY_MS = 86_400_000;

// What runs seldom is what nobody notices to be forbidden: specs elsewhere work as a superuser.
describe('A server with the two logins of docs/database.md', () => {
  let database: DocumentedDatabase;
  let shop: TestServer;
  let folder: string;
  let pools: DatabasePools;
  let lines: string[];

  beforeAll(async () => {
    database = await DocumentedDatabase.start();
  });

  afterAll(() => database.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-logins-'));
    await database.run();
    const { serverUrl, ownerUrl } = database;
    shop = await TestServer.start(
      {
        databaseMigrationUrl: ownerUrl,
        auditSigningKey: SIGNING_KEY,
        auditCheckpoints: join(folder, 'checkpoints'),
      },
      () => Promise.resolve(serverUrl),
    );
    lines = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    pools = await openPools(
      { databaseUrl: serverUrl, databaseDirectUrl: serverUrl, databaseMigrationUrl: ownerUrl },
      log,
    );
  });

  afterEach(async () => {
    await pools.end();
    await shop.stop();
    await database.clear();
    await rm(folder, { recursive: true });
  });

  /** Everything that is kept in the log, a delivery and a denial too. */
  const live = async (): Promise<void> => {
    await shop.addPhoto('public/team/a.png', ada);
    await shop.addPhoto('public/team/g.png', grace);
    const url = await shop.sign('public/team/g.png', ada);
    expect((await fetch(url)).status).toBe(200);
    expect(
      (await fetch(url.replace(/sig=(.)/, (_, first) => `sig=${first === 'A' ? 'B' : 'A'}`))).status,
    ).toBe(403);
    await shop.auditRows('delivery');
  };

  const verified = async (): Promise<VerificationReport> => {
    const response = await shop.call('POST', '/api/audit/verify', { as: operator });
    expect(response.status).toBe(200);
    return (await response.json()) as VerificationReport;
  };

  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    connected(
      database.superuserUrl,
      async (client) => (await client.query<Record<string, unknown>>(sql)).rows,
    );

  const run = (...args: string[]): Promise<Ended> =>
    runCommand(args, {
      DATABASE_URL: database.serverUrl,
      DATABASE_MIGRATION_URL: database.ownerUrl,
      MASTER_SECRET: 'test-master-secret-0123456789-abcdefghij',
      JWT_SECRET: 'test-jwt-secret-0123456789-abcdefghijkl',
      AUDIT_SIGNING_KEY: SIGNING_KEY,
      AUDIT_CHECKPOINTS: join(folder, 'checkpoints'),
      DATA_DIR: folder,
      DELIVERY_URL: 'https://cdn.example.com/cdn',
    });

  it('verifies its audit, and exports it in every form', async () => {
    await live();
    expect(await verified()).toEqual(jasmine.objectContaining({ holds: true, findings: [] }));
    for (const format of ['csv', 'ndjson', 'proof']) {
      const response = await shop.call('GET', `/api/audit/logs/export?format=${format}`, { as: admin });
      expect([response.status, (await response.text()).includes('public/team/g.png')])
        .withContext(format)
        .toEqual([200, true]);
    }
    const events = await rows(`SELECT DISTINCT event FROM resource_access_logs`);
    expect(events.map(({ event }) => event)).toEqual(
      jasmine.arrayWithExactContents([
        ...['resource-created', 'issuance', 'delivery', 'denial', 'audit-export-begun', 'audit-exported'],
      ]),
    );
  });

  it('drops days that are past their keeping, and says so in the sealed log', async () => {
    await live();
    const day = dayOf(Date.now() - 100 * DAY_MS);
    await makePartition(pools.owner, day);
    await rows(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, writer, batch_no, row_no)
       VALUES ('${day} 10:00Z', 'delivery', 'default', gen_random_uuid(), 0, 0),
              ('1999-01-01 10:00Z', 'delivery', 'default', gen_random_uuid(), 0, 0)`,
    );
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await retireOldDays({ database: pools.owner, days: 90, clock: systemClock, log });
    expect(lines).toEqual([]);
    expect(
      await rows(`SELECT resource_id FROM resource_access_logs WHERE event = 'partition-dropped' ORDER BY 1`),
    ).toEqual([{ resource_id: '1999-01-01' }, { resource_id: day }]);
    expect(await rows(`SELECT to_regclass('${partitionOf(day)}') AS gone`)).toEqual([{ gone: null }]);
    expect(await verified()).toEqual(
      jasmine.objectContaining({ holds: true, findings: [], retiredThrough: day }),
    );
  });

  it('erases a person, after which the log still holds', async () => {
    await live();
    await shop.call('POST', '/api/owners/ada/revoke', { as: admin });
    await rows(`DELETE FROM resources WHERE owner_id = 'ada'`);
    const order = { tenantId: 'default', ownerId: 'ada', actor: 'admin' };
    const { rows: count } = await erasePerson(
      { db: pools.tenants, ownerKeys: shop.assembly.ownerKeys },
      order,
    );
    expect(count).toBeGreaterThan(0);
    expect(await rows(`SELECT FROM resource_access_logs WHERE 'ada' IN (actor, owner)`)).toEqual([]);
    expect(await rows(`SELECT FROM owners WHERE owner_id = 'ada'`)).toEqual([]);
    expect(await verified()).toEqual(
      jasmine.objectContaining({ holds: true, findings: [], erased: jasmine.any(Number) }),
    );
  });

  it('signs checkpoints of every chain, with which the audit still holds after it has closed', async () => {
    await live();
    await shop.assembly.close();
    const month = new Date().toISOString().slice(0, 7);
    const text = await readFile(join(folder, 'checkpoints', `${month}.ndjson`), 'utf8');
    const { heads } = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as { heads: unknown[] };
    // Issuances, deliveries, events.
    expect(heads.length).toBe(3);
    const ended = await run('audit', 'verify', '--json');
    const report = JSON.parse(ended.stdout) as VerificationReport;
    expect([ended.code, ended.stderr, report.findings]).toEqual([0, '', []]);
    expect(report.checkpoints).toBeGreaterThan(0);
  });

  it('is operated by every command', async () => {
    await live();
    const out = join(folder, 'proof.ndjson');
    for (const [args, says] of [
      [['migrate'], ''],
      [['audit', 'search', '--json'], 'issuance'],
      [['audit', 'export', '--tenant', 'default', '--format', 'proof', '--out', out], 'Wrote'],
      [['audit', 'verify'], 'Proven.'],
      [['owner', 'status', 'ada'], 'active'],
      [['owner', 'revoke', 'ada', '--reason', 'left'], 'Revoked ada'],
      [['owner', 'reinstate', 'ada'], 'Reinstated ada'],
    ] as const) {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stdout.includes(says)])
        .withContext(`${args.join(' ')}: ${stdout}${stderr}`)
        .toEqual([0, true]);
    }
    const doctor = await run('doctor');
    expect(doctor.stdout)
      .withContext(doctor.stderr)
      .toMatch(/database/i);
    expect(doctor.stdout).toContain('its connections act as the roles that they must');
  });

  it('is verified by a person with a login of their own, who may do nothing else', async () => {
    await live();
    await database.run([
      `CREATE ROLE jane LOGIN PASSWORD 'hers'`,
      'GRANT auditor TO jane',
      'GRANT CONNECT ON DATABASE countersign_shop TO jane',
    ]);
    const as = (url: string, ...args: string[]): Promise<Ended> =>
      runCommand(args, { DATABASE_URL: url, AUDIT_SIGNING_KEY: SIGNING_KEY, DATA_DIR: folder });
    const hers = await as(database.address('jane', 'hers'), 'audit', 'verify');
    expect([hers.code, hers.stdout])
      .withContext(hers.stderr)
      .toEqual([0, jasmine.stringMatching('Proven')]);
    // Of the server's addresses the one of the owner is missing.
    const { code, stderr } = await as(database.serverUrl, 'owner', 'status', 'ada');
    expect([code, stderr]).toEqual([
      3,
      jasmine.stringMatching(/countersign_server may not read .*: set DATABASE_MIGRATION_URL/),
    ]);
  });

  it('lets the owner add the event of retention, and nobody else, and no other row', async () => {
    const insert = (event: string, tenant: string): string =>
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, writer, batch_no, row_no)
       VALUES (now(), '${event}', ${tenant}, gen_random_uuid(), 0, 0)`;
    const refusal = (client: pg.Client, statement: string): Promise<unknown> =>
      client.query(statement).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    await connected(database.ownerUrl, async (client) => {
      expect(await refusal(client, insert('delivery', 'NULL'))).toBe('42501');
      expect(await refusal(client, insert('partition-dropped', `'default'`))).toBe('42501');
      expect(await refusal(client, insert('partition-dropped', 'NULL'))).toBe('done');
    });
    await connected(database.serverUrl, async (client) => {
      await client.query(`SET ROLE app; SET countersign.tenant = 'default'`);
      expect(await refusal(client, insert('partition-dropped', 'NULL'))).toBe('42501');
      expect(await refusal(client, insert('partition-dropped', `'default'`))).toBe('done');
    });
  });
});

describe('A database of the first release whose owner is no superuser', () => {
  let database: DocumentedDatabase;
  let folder: string;

  beforeAll(async () => {
    database = await DocumentedDatabase.start();
    folder = await mkdtemp(join(tmpdir(), 'countersign-first-'));
  });

  afterAll(async () => {
    await database.stop();
    await rm(folder, { recursive: true });
  });

  it('is brought up to date with the rows that are in it, and serves on', async () => {
    await database.run();
    await mkdir(join(folder, 'first'));
    const first = '0001_first.sql';
    await cp(new URL(`../migrations/${first}`, import.meta.url), join(folder, 'first', first));
    await migrate(database.ownerUrl, shortLog(), join(folder, 'first'));
    const today = dayOf(Date.now());
    await connected(database.ownerUrl, (client) =>
      client.query(`
        CREATE TABLE ${partitionOf(today)} PARTITION OF resource_access_logs
          FOR VALUES FROM ('${today} 00:00Z') TO ('${dayOf(Date.now() + DAY_MS)} 00:00Z');
        INSERT INTO owners VALUES ('default', 'ada', 'Ada'), ('default', 'grace', 'Grace'), ('other', 'ada', 'Ada');
        INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt)
          VALUES ('aaaaaaaaaaaaaaaaaaaaaA', 'default', 'ada', 1, sha256('a')), ('bbbbbbbbbbbbbbbbbbbbbA', 'other', 'ada', 1, sha256('b'));
        INSERT INTO resources (id, tenant_id, path, owner_id, kind, state, display_name)
          VALUES ('r', 'default', 'public/team/r.png', 'ada', 'teamPhoto', 'awaiting', 'r.png');
        INSERT INTO epoch_log (n, tenant_id, change, owner_id) VALUES (1, 'default', 'key-reinstated', 'ada');
        INSERT INTO receipts (epoch, tenant_id, owner_id, change) VALUES (1, 'default', 'ada', 'key-revoked');
        INSERT INTO audit_batches (writer, batch_no, row_count) VALUES ('00000000-0000-4000-8000-000000000001', 0, 2);
        INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, writer, batch_no, row_no)
          VALUES (now(), 'delivery', 'default', 'public/team/r.png', '00000000-0000-4000-8000-000000000001', 0, 0),
                 (now() - interval '2 days', 'delivery', 'default', 'public/team/r.png', '00000000-0000-4000-8000-000000000001', 0, 1)`),
    );
    const shop = await TestServer.start({ databaseMigrationUrl: database.ownerUrl }, () =>
      Promise.resolve(database.serverUrl),
    );
    const owners = await shop.call('GET', '/api/owners', { as: admin });
    const { items } = (await owners.json()) as { items: { id: string; handle: string }[] };
    expect(items.map(({ id }) => id)).toEqual(['ada', 'grace']);
    expect(new Set(items.map(({ handle }) => handle)).size).toBe(2);
    await shop.addPhoto('public/team/a.png', ada);
    expect((await fetch(await shop.sign('public/team/a.png'))).status).toBe(200);
    const report = await shop.call('POST', '/api/audit/verify', { as: operator });
    expect(await report.json()).toEqual(jasmine.objectContaining({ holds: true, beforeSeals: 2 }));
    await shop.stop();
  });
});
