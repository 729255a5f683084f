import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { openPools, type DatabasePools } from '../database-pools.ts';
import { newBlobKey } from '../platform/blob-store.ts';
import { randomId } from '../platform/ids.ts';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { freshDatabase } from '../testing/test-database.ts';
import { ada, TestServer } from '../testing/test-server.ts';
import { objectKeyTables } from './object-keys.store.ts';
import { ObjectSweep } from './object-sweep.ts';
import { findOrphans, removeOrphans, SweepRefused, type OrphanSearch } from './orphaned-objects.ts';

const DAY_MS = 86_400_000;
const silent = pino({ level: 'silent' });

for (const kind of ['files', 'a bucket'] as const) {
  describe(`Objects in ${kind} that belong to nobody`, () => {
    let server: TestServer;
    let pools: DatabasePools;
    let search: OrphanSearch;

    beforeAll(async () => {
      let s3: S3Settings | undefined;
      if (kind === 'a bucket') {
        if (!hasRadosgw) return;
        s3 = (await sharedRadosgw()).settings('orphans', `${randomId()}/`);
        const { bucket } = await s3BlobStore(s3);
        await bucket.client.send(new bucket.packages.client.CreateBucketCommand({ Bucket: s3.bucket }));
      }
      server = await TestServer.start({ s3 });
      const { url } = server.database;
      pools = await openPools(
        { databaseUrl: url, databaseDirectUrl: url, databaseMigrationUrl: url },
        silent,
      );
      await server.addPhoto('public/team/a.png', ada);
      search = {
        db: pools.holder,
        blobs: server.assembly.blobs,
        // A day later: what was just stored is old then.
        clock: { now: () => Date.now() + 2 * DAY_MS },
        olderThanMs: DAY_MS,
      };
    }, 120_000);
    afterAll(async () => {
      await pools?.end();
      await server?.stop();
    });
    beforeEach(() => {
      if (kind === 'a bucket' && !hasRadosgw) pending('needs radosgw');
    });

    const put = async (): Promise<string> => {
      const key = newBlobKey();
      await server.assembly.blobs.put(key, Buffer.from('of nobody'));
      return key;
    };
    const isThere = async (key: string): Promise<boolean> =>
      (await server.assembly.blobs.head(key)) !== undefined;

    it('are found and removed; what a row of any tenant knows, and what is young, stays', async () => {
      const [orphan, discarded, taken] = [await put(), await put(), await put()];
      const { pool } = server.database;
      await pool.query(`INSERT INTO discarded_blobs (object_key, tenant_id) VALUES ($1, 'acme')`, [
        discarded,
      ]);
      await pool.query(
        `INSERT INTO uploads (id, tenant_id, how, content_type, expires_at, object_key)
         VALUES ($1, 'acme', 'post', 'image/png', now() + interval '1 hour', $2)`,
        [newBlobKey(), taken],
      );
      const now = await findOrphans({ ...search, clock: Date });
      expect([now.keys, now.young]).toEqual([[], now.looked]);
      const found = await findOrphans(search);
      expect([found.keys, found.bytes, found.young]).toEqual([[orphan], 9, 0]);
      expect(await removeOrphans(search, found)).toBe(1);
      expect([await isThere(orphan), await isThere(discarded), await isThere(taken)]).toEqual([
        false,
        true,
        true,
      ]);
      expect((await fetch(await server.sign('public/team/a.png'))).status).toBe(200);
    });

    it('are not removed when a row has got them meanwhile', async () => {
      const late = await put();
      const found = await findOrphans(search);
      expect(found.keys).toEqual([late]);
      await server.database.pool.query(
        `INSERT INTO discarded_blobs (object_key, tenant_id) VALUES ($1, 'default')`,
        [late],
      );
      expect(await removeOrphans(search, found)).toBe(0);
      expect(await isThere(late)).toBe(true);
    });
  });
}

describe('The sweep of objects', () => {
  let server: TestServer;
  let pools: DatabasePools;
  let logged: string[];
  let sweep: ObjectSweep;

  beforeAll(async () => {
    server = await TestServer.start();
    const { url } = server.database;
    pools = await openPools({ databaseUrl: url, databaseDirectUrl: url, databaseMigrationUrl: url }, silent);
    await server.addPhoto('public/team/a.png', ada);
  });
  beforeEach(async () => {
    const clock = { now: () => Date.now() + 2 * DAY_MS };
    const search = { db: pools.holder, blobs: server.assembly.blobs, clock, olderThanMs: DAY_MS };
    await removeOrphans(search, await findOrphans(search));
    logged = [];
    sweep = new ObjectSweep({
      ...{ db: pools.holder, blobs: server.assembly.blobs, olderThanHours: 24 },
      clock,
      log: pino({}, { write: (line: string) => void logged.push(line) }),
    });
  });
  afterAll(async () => {
    await pools.end();
    await server.stop();
  });

  const put = (count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, () => server.assembly.blobs.put(newBlobKey(), Buffer.from('x'))),
    );

  it('removes what crashes leave, and counts in the log', async () => {
    await put(2);
    const unfinished = join(server.dataDir, 'files', 'unfinished', 'of-another-machine');
    await writeFile(unfinished, 'x');
    await sweep.sweep();
    expect(JSON.parse(logged[0] ?? '')).toEqual(
      jasmine.objectContaining({ objects: 3, orphans: 2, bytes: 2, removed: 2 }),
    );
    expect(existsSync(unfinished)).toBeFalse();
  });

  it('sees every table that has object keys, and removes nothing while one is hidden from it', async () => {
    const { pool } = server.database;
    const client = await pool.connect();
    await client.query('SET ROLE holder');
    const hidden = (await objectKeyTables(client)).filter(({ isVisible }) => !isVisible);
    await client.query('RESET ROLE');
    client.release();
    // Whoever adds such a table: GRANT SELECT (object_key) and a policy USING (true), as in 0031_bounds_and_sweeps.sql.
    expect(hidden).toEqual([]);

    await put(1);
    await pool.query(`CREATE TABLE later_objects (object_key text); ALTER TABLE later_objects ENABLE ROW LEVEL SECURITY;
      GRANT SELECT ON later_objects TO holder`);
    await sweep.sweep();
    expect(logged.join('')).toContain('may not see every object key of later_objects');
    await pool.query(`CREATE POLICY p ON later_objects TO holder USING (true);
      INSERT INTO later_objects SELECT object_key FROM resources`);
    logged = [];
    await sweep.sweep();
    expect(JSON.parse(logged[0] ?? '').removed).toBe(1);
    await pool.query('DROP TABLE later_objects');
  });

  it('removes nothing by itself when there are more than crashes leave', async () => {
    await put(101);
    await sweep.sweep();
    expect(logged.join('')).toContain('ALARM');
    expect(logged.join('')).toContain('countersign storage sweep --dry-run');
    let count = 0;
    for await (const { size } of server.assembly.blobs.list()) count += size > 0 ? 1 : 0;
    expect(count).toBe(102);
  });

  it('removes nothing from the store of another database', async () => {
    const other = await freshDatabase();
    const search = { db: other.pool, blobs: server.assembly.blobs, olderThanMs: DAY_MS };
    const clock = { now: () => Date.now() + 2 * DAY_MS };
    await expectAsync(findOrphans({ ...search, clock })).toBeRejectedWithError(
      SweepRefused,
      /of another one/,
    );
    await other.drop();
  });
});
