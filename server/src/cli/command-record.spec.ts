import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { CountersignConfig } from '../countersign-config.ts';
import type { Receipt } from '../leases/receipts.ts';
import { randomId } from '../platform/ids.ts';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { ada, grace, TestServer } from '../testing/test-server.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

const ORIGIN = 'http://cdn.test';
const AUDIT_SIGNING_KEY = 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg';
const PATHS = { ada: 'public/team/a.png', grace: 'public/team/g.png' };

describe('A command that ends something', () => {
  let database: TestDatabase;
  let dataDir: string;
  let backup: string;
  let urls: { ada: string; grace: string };
  let server: TestServer | undefined;

  const serve = async (settings: Partial<CountersignConfig> = {}): Promise<TestServer> =>
    (server = await TestServer.start({
      ...{ databaseUrl: database.url, dataDir, deliveryUrl: `${ORIGIN}/cdn` },
      ...settings,
    }));
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = undefined;
  };
  const statusOf = async (url: string): Promise<number> =>
    (await fetch(url.replace(ORIGIN, server?.origin ?? ''))).status;
  const revoke = (owner: string, variables: Record<string, string>): Promise<Ended> =>
    runCommand(['owner', 'revoke', owner, '--json'], { DATABASE_URL: database.url, ...variables });
  const restored = (): string => {
    const url = new URL(database.url);
    url.pathname = backup;
    return url.href;
  };

  beforeEach(async () => {
    database = await freshDatabase();
    dataDir = await mkdtemp(join(scratchFolder(), 'countersign-command-'));
    const { sign } = await (async () => {
      const first = await serve();
      await first.addPhoto(PATHS.ada, ada);
      await first.addPhoto(PATHS.grace, grace);
      return { sign: (path: string) => first.sign(path) };
    })();
    urls = { ada: await sign(PATHS.ada), grace: await sign(PATHS.grace) };
    await stop();
    backup = `backup_${randomId()
      .replaceAll(/[^a-z0-9]/gi, '')
      .toLowerCase()}`;
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${backup} TEMPLATE ${new URL(database.url).pathname.slice(1)}`);
    await client.end();
  });

  afterEach(async () => {
    await stop();
    await database.pool.query(`DROP DATABASE IF EXISTS ${backup} WITH (FORCE)`);
    await database.drop();
    await rm(dataDir, { recursive: true });
  });

  it('has it in the checkpoints before the receipt, while no server runs: a backup does not revive the key', async () => {
    const { code, stdout } = await revoke('ada', { DATA_DIR: dataDir, AUDIT_SIGNING_KEY });
    expect([code, (JSON.parse(stdout) as { receipt: Receipt }).receipt.epoch]).toEqual([0, 1]);
    await serve({ databaseUrl: restored() });
    expect([await statusOf(urls.ada), await statusOf(urls.grace)]).toEqual([403, 200]);
  });

  it('says, when it cannot write them, what holds and what does not, and names the setting', async () => {
    const blocked = join(dataDir, 'no-folder');
    await writeFile(blocked, '');
    const unset = { DATA_DIR: join(dataDir, 'elsewhere') };
    const reasons: [string, Record<string, string>][] = [
      ['AUDIT_CHECKPOINTS', { AUDIT_SIGNING_KEY, AUDIT_CHECKPOINTS: join(blocked, 'below') }],
      ['AUDIT_CHECKPOINTS', { AUDIT_SIGNING_KEY, AUDIT_CHECKPOINTS: 'stdout' }],
      ['AUDIT_CHECKPOINTS', { AUDIT_SIGNING_KEY, ...unset }],
      ['AUDIT_SIGNING_KEY', { DATA_DIR: dataDir }],
      ['S3_BUCKET', { AUDIT_SIGNING_KEY, AUDIT_CHECKPOINTS: 's3://checkpoints/x/' }],
    ];
    const all = await Promise.all(reasons.map(([, variables]) => revoke('ada', variables)));
    for (const [i, { code, stdout, stderr }] of all.entries()) {
      expect([code, stdout]).toEqual([1, '']);
      expect(JSON.parse(stderr).error.code).toBe('checkpoints-unavailable');
      expect(stderr).toContain('Epoch 1 is committed and holds');
      expect(stderr).toContain('there is no receipt');
      expect(stderr).toContain(reasons[i]?.[0] ?? '?');
    }
    const pending = `SELECT status FROM receipts`;
    expect((await database.pool.query(pending)).rows).toEqual([{ status: 'pending' }]);
    const again = await revoke('ada', { DATA_DIR: dataDir, AUDIT_SIGNING_KEY });
    expect((JSON.parse(again.stdout) as { receipt: Receipt }).receipt.epoch).toBe(1);
  });

  it('writes no line after one that was forged', async () => {
    const folder = join(dataDir, 'checkpoints');
    await revoke('ada', { DATA_DIR: dataDir, AUDIT_SIGNING_KEY });
    const [name = ''] = await readdir(folder);
    await appendFile(
      join(folder, name),
      (await readFile(join(folder, name), 'utf8')).replace(/"key":"[0-9a-f]+"/g, '"key":"0000000000000000"'),
    );
    const { code, stderr } = await revoke('grace', { DATA_DIR: dataDir, AUDIT_SIGNING_KEY });
    expect([code, JSON.parse(stderr).error.code]).toEqual([1, 'checkpoints-unavailable']);
    expect(stderr).toContain(name);
  });

  it('writes beside a server that runs, which goes on with its own lines and starts again', async () => {
    const running = await serve();
    // The server would often be the first to write, so it does not hear of what the commands do.
    const note = spyOn(running.assembly.recorder, 'note');
    const variables = { DATA_DIR: dataDir, AUDIT_SIGNING_KEY };
    const [one, other] = await Promise.all([revoke('ada', variables), revoke('grace', variables)]);
    expect([one?.code, other?.code]).toEqual([0, 0]);
    const folder = join(dataDir, 'checkpoints');
    const byCommands = async (): Promise<number> => {
      const text = await readFile(join(folder, (await readdir(folder))[0] ?? ''), 'utf8');
      return text.match(/"by":"command"/g)?.length ?? 0;
    };
    // Now and then it has to write of both, for a receipt that it sees is missing.
    let epoch = 2;
    for (let again = 0; again < 5 && (await byCommands()) === 0; again += 1) {
      for (const verb of ['reinstate', 'revoke']) {
        const args = ['owner', verb, 'ada', '--json'];
        expect((await runCommand(args, { DATABASE_URL: database.url, ...variables })).code).toBe(0);
      }
      epoch += 1;
    }
    note.and.callThrough();
    await running.assembly.recorder.durable(epoch);
    await stop();
    expect(await byCommands()).toBeGreaterThanOrEqual(1);
    await serve({ databaseUrl: restored() });
    expect([await statusOf(urls.ada), await statusOf(urls.grace)]).toEqual([403, 403]);
  });

  it('writes to a bucket too, between what a server writes there', async () => {
    if (!hasRadosgw) return pending('needs radosgw');
    const s3 = (await sharedRadosgw()).settings('commands');
    const { bucket } = await s3BlobStore(s3);
    await bucket.client.send(new bucket.packages.client.CreateBucketCommand({ Bucket: s3.bucket }));
    const auditCheckpoints = `s3://commands/${randomId()}/`;
    const variables = {
      ...{ AUDIT_SIGNING_KEY, AUDIT_CHECKPOINTS: auditCheckpoints, S3_BUCKET: s3.bucket },
      ...{ S3_ENDPOINT: s3.endpoint ?? '', S3_ACCESS_KEY_ID: s3.accessKeyId ?? '' },
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey ?? '',
    };
    const { code, stderr } = await revoke('ada', variables);
    expect([code, stderr]).toEqual([0, '']);
    // The bytes stay in files; the checkpoints are in the bucket.
    const running = await serve({ auditCheckpoints, s3 });
    await running.assembly.ownerKeys.revokeSignatureKey({
      tenantId: 'default',
      ownerId: 'grace',
      actor: 'x',
    });
    await running.assembly.recorder.durable(2);
    await stop();
    await serve({ databaseUrl: restored(), auditCheckpoints, s3 });
    expect([await statusOf(urls.ada), await statusOf(urls.grace)]).toEqual([403, 403]);
  }, 120_000);
});
