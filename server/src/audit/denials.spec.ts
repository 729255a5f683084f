import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { denialLog, type RefusedRequest } from './denials.ts';
import { DenialTally } from './denial-tally.ts';
import { DeliverySpool } from './spool.ts';
import { delivery, eventually, silent } from './testing/audit-database.ts';
import { spoolFolder, spoolText } from './testing/spool-folder.ts';

const noon = Date.UTC(2026, 10, 21, 12);

const refused = (cause: string, ipPrefix: string, macHeld = false): RefusedRequest => ({
  cause,
  macHeld,
  ipPrefix,
  row: delivery('x', { event: 'denial', at: noon, reason: cause, ipPrefix, status: 403 }),
});

describe('denialLog', () => {
  let database: TestDatabase;
  let folder: string;
  let spool: DeliverySpool;
  let now: number;
  const clock = { now: () => now, monotonic: () => performance.now() };
  const open = (pool: pg.Pool = database.pool) =>
    denialLog({ spool, database: pool, clock, log: silent, flushAfterMs: 20 });

  const counts = async (): Promise<unknown[]> => {
    const { rows } = await database.pool.query(
      'SELECT cause, ip_prefix, denials::int FROM denial_counts ORDER BY minute, cause, ip_prefix',
    );
    return rows;
  };

  const sampleRows = async (): Promise<number> => {
    await spool.close();
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM resource_access_logs');
    return rows[0].n;
  };

  beforeEach(async () => {
    now = noon;
    database = await freshDatabase();
    folder = await spoolFolder();
    spool = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'gateway-1',
      log: silent,
      maxBytes: 1e8,
    });
    await spool.start();
  });

  afterEach(async () => {
    await spool.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('counts a flood from one network, and stores ten rows of it a minute', async () => {
    const log = open();
    for (let n = 0; n < 5000; n++) log.denied(refused('signature', '203.0.113.0/24'));
    now += 60_000;
    for (let n = 0; n < 3; n++) log.denied(refused('signature', '203.0.113.0/24'));
    await log.close();
    const network = { cause: 'signature', ip_prefix: '203.0.113.0/24' };
    expect(await counts()).toEqual([
      { ...network, denials: 5000 },
      { ...network, denials: 3 },
    ]);
    expect(await sampleRows()).toBe(13);
  });

  it('stores a bounded number of rows and counts when the flood comes from everywhere', async () => {
    const log = open();
    for (let n = 0; n < 20_000; n++) log.denied(refused('signature', `2001:db8:${n.toString(16)}::/48`));
    await log.close();
    const stored = (await counts()) as { ip_prefix: string; denials: number }[];
    expect(stored.length).toBe(1001);
    expect(stored.find(({ ip_prefix }) => ip_prefix === 'other')?.denials).toBe(19_000);
    expect(stored.reduce((sum, { denials }) => sum + denials, 0)).toBe(20_000);
    expect(await sampleRows()).toBe(1000);
  });

  it('makes a row of every denial of a URL that was truly signed', async () => {
    const log = open();
    for (let n = 0; n < 50; n++) log.denied(refused('expired', '203.0.113.0/24', true));
    await log.close();
    expect(await counts()).toEqual([]);
    expect(await sampleRows()).toBe(50);
  });

  it('adds to what is counted already', async () => {
    const log = open();
    log.denied(refused('path', 'unknown'));
    await eventually(async () => (await counts()).length === 1);
    log.denied(refused('path', 'unknown'));
    log.denied(refused('path', 'unknown'));
    await log.close();
    expect(await counts()).toEqual([{ cause: 'path', ip_prefix: 'unknown', denials: 3 }]);
  });

  it('keeps its counts while the database is away', async () => {
    const away = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/none' });
    let current: pg.Pool = away;
    const connect = (): Promise<pg.PoolClient> => current.connect();
    const log = open({ connect } as pg.Pool);
    for (let n = 0; n < 7; n++) log.denied(refused('path', 'unknown'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    current = database.pool;
    await eventually(async () => (await counts()).length === 1);
    await log.close();
    expect(await counts()).toEqual([{ cause: 'path', ip_prefix: 'unknown', denials: 7 }]);
  });

  it('stores no signature of a refused URL', async () => {
    const log = open();
    const denial = refused('signature', 'unknown');
    denial.row.path = 'a.jpg?sig=AAAABBBBCCCC';
    denial.row.userAgent = 'https://cdn.example.com/a.jpg?sig=AAAABBBBCCCC';
    log.denied(denial);
    await eventually(() => spoolText(folder) !== '');
    expect(spoolText(folder)).not.toMatch(/sig=|AAAABBBBCCCC/);
    await log.close();
  });

  it('refuses on when the spool takes no rows', async () => {
    await spool.close();
    const log = open();
    for (let n = 0; n < 20; n++) log.denied(refused('signature', 'unknown'));
    await log.close();
    expect(await counts()).toEqual([{ cause: 'signature', ip_prefix: 'unknown', denials: 20 }]);
  });
});

describe('DenialTally', () => {
  it('stays bounded however long nobody takes its counts', () => {
    const tally = new DenialTally({ maxKeys: 5 });
    for (let n = 0; n < 3000; n++) tally.add(noon + n * 20_000, n % 2 ? 'path' : 'signature', `network ${n}`);
    const taken = tally.take();
    expect(taken.length).toBeLessThanOrEqual(5 + 2);
    expect(taken.reduce((sum, { denials }) => sum + denials, 0)).toBe(3000);
    expect(tally.hasCounts).toBeFalse();
  });
});
