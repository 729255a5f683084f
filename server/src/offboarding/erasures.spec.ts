import { execFile } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readEpoch } from '../leases/epoch.store.ts';
import { verifyAudit } from '../audit/verify.ts';
import { findPostgresBinaries } from '../platform/postgres-binaries.ts';
import { admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { ErasureSecrets } from './erasure-secrets.ts';
import { verifyCertificate, type Certificate } from './certificate.ts';

const NAME = 'lovelace-1815';
const ada: TestPerson = { id: NAME, roles: ['tenantMember'] };

interface Answer {
  id: string;
  status: string;
  failure: string | null;
  next: string | null;
  certificate: Certificate | null;
}

describe('An erasure', () => {
  let server: TestServer;
  /** The first answer, and what was before and behind it. */
  let done: Answer;
  let url: string;
  let collection: string;
  let deleted: number;
  let emptied: number;
  const path = `users/${NAME}/documents/a.png`;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(path, ada);
    await server.addPhoto('public/team/of-ada.png', ada);
    await server.addPhoto('public/team/1.png', ada);
    await server.addPhoto('public/team/g.png', grace);
    const order7 = { as: { id: NAME, roles: ['ADM'] }, body: { name: 'Order 7' } };
    const made = await server.call('POST', '/api/collections', order7);
    collection = ((await made.json()) as { id: string }).id;
    url = await server.sign('public/team/1.png', ada);
    await (await fetch(await server.sign('public/team/g.png', ada))).arrayBuffer();
    await server.call('GET', `/api/audit/logs?owner=${NAME}`, { as: admin });
    await (await fetch(url)).arrayBuffer();
    await (await fetch(await server.sign('public/team/1.png/~160.webp', ada))).arrayBuffer();
    const { rows } = await server.database.pool.query<{ id: string }>(
      `SELECT id FROM resources WHERE path = 'public/team/of-ada.png'`,
    );
    await server.call('POST', `/api/resources/${rows[0]?.id}/rotate`, { as: admin });
    for (const prefix of ['public/team/of-', 'public/team/g'])
      await server.call('POST', '/api/paths/revoke', { as: admin, body: { prefix } });
    const before = objects().length;
    const response = await order(NAME);
    done = (await response.json()) as Answer;
    expect([response.status, done.status, done.failure]).toEqual([200, 'done', null]);
    deleted = before - objects().length;
    emptied = (await emptiedRows()).length;
  });

  afterAll(() => server.stop());

  const order = (id: string, options: { as?: TestPerson; body?: unknown; query?: string } = {}) =>
    server.call('POST', `/api/owners/${id}/erase${options.query ?? ''}`, {
      as: options.as ?? admin,
      body: 'body' in options ? options.body : { confirm: id },
    });
  const codeOf = async (response: Response): Promise<unknown[]> => [
    response.status,
    ((await response.json()) as { code?: string }).code,
  ];
  const objects = (): string[] =>
    readdirSync(join(server.dataDir, 'files', 'objects'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.includes('/'),
    );

  it('is refused without a confirmation, a permission, or a person; a rehearsal changes nothing', async () => {
    const joan = { ...ada, id: 'joan' };
    const NAME = joan.id;
    const path = `users/${NAME}/documents/a.png`;
    await server.addPhoto(path, joan);
    await server.addPhoto('public/team/of-joan.png', joan);
    expect(await codeOf(await order(NAME, { body: { confirm: 'lovelace' } }))).toEqual([
      400,
      'confirmation-mismatch',
    ]);
    expect(await codeOf(await order(NAME, { body: undefined }))).toEqual([400, 'confirmation-mismatch']);
    expect(await codeOf(await order(NAME, { body: { confirm: 7 } }))).toEqual([400, 'invalid-request']);
    expect(await codeOf(await order(NAME, { body: { confirm: NAME, force: true } }))).toEqual([
      400,
      'invalid-request',
    ]);
    expect(await codeOf(await order(NAME, { as: ada }))).toEqual([403, 'forbidden']);
    expect(await codeOf(await order('nobody'))).toEqual([404, 'unknown-owner']);
    expect(await codeOf(await order('x'.repeat(256)))).toEqual([400, 'invalid-request']);
    expect(await codeOf(await order(NAME, { as: { ...admin, tenantId: 'other' } }))).toEqual([
      404,
      'unknown-owner',
    ]);
    const rehearsed = await order(NAME, { body: undefined, query: '?dryRun=true' });
    expect(await rehearsed.json()).toEqual({
      dryRun: true,
      owner: NAME,
      resources: 2,
      bytes: 140,
      forOthers: 1,
      items: [
        { path: 'public/team/of-joan.png', kind: 'teamPhoto', size: 70 },
        { path, kind: 'teamPhoto', size: 70 },
      ],
    });
    expect(await codeOf(await order('nobody', { query: '?dryRun=true' }))).toEqual([404, 'unknown-owner']);
    expect((await fetch(await server.sign(path, joan))).status).toBe(200);
    const { rows } = await server.database.pool.query('SELECT FROM erasures WHERE owner_id = $1', [NAME]);
    expect(rows).toEqual([]);
  });

  it('leaves no path of theirs in the log of changes, and lets whoever is behind drop everything', async () => {
    const { rows } = await server.database.pool.query<Record<string, unknown>>(
      `SELECT n, paths, prefixes FROM epoch_log WHERE change IN ('path-rotated', 'path-deleted', 'prefix-revoked') ORDER BY n LIMIT 4`,
    );
    expect(rows.map(({ paths, prefixes }) => [paths, prefixes])).toEqual([
      [[], []],
      [[], []],
      [[], ['public/team/g']],
      [[], []],
    ]);
    const behind = await readEpoch(server.database.pool as never, Number(rows[0]?.['n']) - 1);
    expect(behind.missed).toBeTrue();
  });

  it('leaves the collections that they made, without them in it', async () => {
    const { pool } = server.database;
    const { rows } = await pool.query('SELECT name, created_by FROM collections WHERE id = $1', [collection]);
    expect(rows).toEqual([{ name: 'Order 7', created_by: null }]);
    const members = await pool.query('SELECT FROM collection_members WHERE collection_id = $1', [collection]);
    expect(members.rowCount).toBe(0);
  });

  it('ends with a certificate that tells what was, and names nobody', async () => {
    const certificate = done.certificate!;
    expect(JSON.stringify(done)).not.toContain(NAME);
    expect(certificate.held).toEqual(
      jasmine.objectContaining({
        resources: 3,
        bytes: 210,
        byKind: [{ kind: 'teamPhoto', resources: 3, bytes: 210 }],
      }),
    );
    const salt = Buffer.from(certificate.held.pathSalt, 'hex');
    const hash = createHash('sha256').update(salt).update(path).digest('hex');
    expect(certificate.held.objects.map(({ pathHash }) => pathHash)).toContain(hash);
    expect(certificate.deleted).toEqual({
      objects: 3,
      absent: 0,
      derivatives: 1,
      resourceRows: 3,
      keys: 1,
      memberships: 1,
      auditRows: emptied,
    });
    expect(certificate.probes).toEqual(jasmine.objectContaining({ urls: 3, allRefused: true }));
    expect(certificate.probes.gateways).toEqual([
      { address: `${server.origin}/cdn`, worked: 3, refused: 3, unanswered: 0 },
    ]);
    expect(certificate.receipt?.mode).toBe('early');
    const { before: seal, after } = certificate.seals;
    expect(after.events!.batchNo).toBeGreaterThan(seal.events!.batchNo);
    // One of them is a smaller picture of another.
    expect(deleted).toBe(4);
    const { rows } = await server.database.pool.query('SELECT FROM derivatives');
    expect(rows.length).toBe(0);
    expect((await fetch(url)).status).toBe(403);
    expect(await verifyAudit({ database: server.database.pool })).toEqual(
      jasmine.objectContaining({ holds: true, findings: [] }),
    );
  });

  const emptiedRows = async (): Promise<unknown[]> =>
    (
      await server.database.pool.query(
        `SELECT FROM resource_access_logs WHERE salt IS NULL AND commitment IS NOT NULL`,
      )
    ).rows;

  it('gives the same certificate again, byte for byte, and takes what came in since', async () => {
    const stored = async (): Promise<string[]> =>
      (
        await server.database.pool.query<{ certificate: string }>(
          'SELECT certificate FROM erasures WHERE erasure_id = $1',
          [done.id],
        )
      ).rows.map(({ certificate }) => certificate);
    const before = await stored();
    await server.database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, actor, writer, batch_no, row_no)
       VALUES (now(), 'delivery', 'default', $1, gen_random_uuid(), 0, 0)`,
      [NAME],
    );
    const [first, second] = await Promise.all([order(NAME), order(NAME)]);
    expect([first.status, await first.text()]).toEqual([200, await second.text()]);
    expect(await stored()).toEqual(before);
    const { rows } = await server.database.pool.query('SELECT FROM resource_access_logs WHERE actor = $1', [
      NAME,
    ]);
    expect(rows.length).toBe(0);
    // A row without a batch would be a finding.
    await server.database.pool.query(`DELETE FROM resource_access_logs WHERE commitment IS NULL`);
    expect(JSON.parse(await (await order(NAME)).text())).toEqual(done);
  });

  it('leaves the name nowhere in a full dump of the database, nor in a log line', async () => {
    const { bin } = await findPostgresBinaries();
    const program = [join(bin, 'pg_dump'), '/usr/bin/pg_dump'].find((file) => existsSync(file));
    if (!program) {
      pending('there is no pg_dump beside this PostgreSQL');
      return;
    }
    await (await fetch(url)).arrayBuffer();
    await server.auditRows('denial');
    const { stdout } = await promisify(execFile)(program, ['--dbname', server.database.url], {
      maxBuffer: 1e9,
    });
    expect(stdout).not.toContain(NAME);
    expect(stdout).not.toContain('of-ada.png');
    expect(stdout).toContain('countersign-erasure-1');
    expect(server.logged.filter((line) => line.includes(NAME))).toEqual([]);
  });

  it('is proven by the public key alone, and by no other certificate, key or letter', async () => {
    const { certificate, id } = done;
    const { publicKey } = (await (await server.call('GET', '/api/audit/checkpoint-key')).json()) as {
      publicKey: string;
    };
    const keys = [createPublicKey(publicKey)];
    const faultOf = (value: unknown, trusted = keys) =>
      verifyCertificate(JSON.stringify(value), trusted).fault;
    expect(faultOf(certificate)).toBeUndefined();
    const read = await server.call('GET', `/api/erasures/${id}`, { as: admin });
    expect(verifyCertificate(await read.text(), keys).fault).toBeUndefined();
    expect(faultOf({ ...certificate, deleted: { ...certificate!.deleted, objects: 4 } })).toBe(
      'bad-signature',
    );
    expect(faultOf({ ...certificate, more: 1 })).toBe('no-certificate');
    expect(faultOf(null)).toBe('no-certificate');
    expect(verifyCertificate('{', keys).fault).toBe('no-certificate');
    expect(faultOf(certificate, [])).toBe('other-key');
    const other = await server.call('GET', `/api/erasures/${id}`, { as: { ...admin, tenantId: 'other' } });
    expect(await codeOf(other)).toEqual([404, 'not-found']);
  });

  it('has a page without script, whose style is the only thing it may have', async () => {
    const { id } = done;
    const response = await server.call('GET', `/api/erasures/${id}/certificate`, { as: admin });
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page).not.toMatch(/<script|style="|src=|href=|@import|url\(/);
    expect(page).toContain(id);
    // A whole erasure may take less than a second: what came first has to be told from what came then.
    const probed =
      /Tried <time[^>]*>([^<]*)<\/time>, and again <time[^>]*>([^<]*)</.exec(page)?.slice(1) ?? [];
    expect(probed).toEqual([...probed].sort());
    expect(probed.map((time) => /^[\d-]+ [\d:]+\.\d{3} UTC$/.test(time))).toEqual([true, true]);
    expect(await codeOf(await server.call('GET', `/api/erasures/${id}/certificate`, { as: ada }))).toEqual([
      403,
      'forbidden',
    ]);
  });

  it('says of what the store never had that it deleted nothing there', async () => {
    const mary = { ...ada, id: 'somerville-1780' };
    for (const name of ['m1', 'm2', 'm3']) await server.addPhoto(`public/team/${name}.png`, mary);
    const { rows } = await server.database.pool.query<{ key: string }>(
      "SELECT object_key AS key FROM resources WHERE path = 'public/team/m2.png'",
    );
    const key = rows[0]?.key ?? '';
    // As when it was uploaded to another server, which has files of its own.
    rmSync(join(server.dataDir, 'files', 'objects', key.slice(0, 2), key));
    const { id, certificate } = (await (await order(mary.id)).json()) as Answer;
    expect(certificate?.deleted).toEqual(
      jasmine.objectContaining({ objects: 2, absent: 1, resourceRows: 3 }),
    );
    const page = await server.call('GET', `/api/erasures/${id}/certificate`, { as: admin });
    expect(await page.text()).toContain('were not in the store before');
    expect(done.certificate?.deleted.absent).toBe(0);
  });

  it('believes no store that says that it deleted what is there still', async () => {
    const rosalind = { ...ada, id: 'franklin-1920' };
    await server.addPhoto('public/team/f1.png', rosalind);
    await server.addPhoto('public/team/f2.png', rosalind);
    const { blobs } = server.assembly;
    const remove = spyOn(blobs, 'delete').and.resolveTo();
    const before = objects().length;
    const failed = (await (await order(rosalind.id)).json()) as Answer;
    expect([failed.next, failed.certificate]).toEqual(['delete', null]);
    expect(failed.failure).toMatch(/^objects-left: 2 stored objects/);
    expect(objects().length).toBe(before);
    remove.and.callThrough();
    const { certificate } = (await (await order(rosalind.id)).json()) as Answer;
    expect(certificate?.deleted).toEqual(jasmine.objectContaining({ objects: 2, absent: 0 }));
    expect(objects().length).toBe(before - 2);
  });

  it('that was killed between an object and its note has deleted it, and does not take it for absent', async () => {
    const emmy = { ...ada, id: 'noether-1882' };
    for (const name of ['n1', 'n2']) await server.addPhoto(`public/team/${name}.png`, emmy);
    const { pool } = server.database;
    await pool.query(`CREATE FUNCTION killed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'killed'; END $$;
      CREATE TRIGGER killed BEFORE UPDATE ON erasure_items FOR EACH STATEMENT EXECUTE FUNCTION killed()`);
    const before = objects().length;
    const failed = (await (await order(emmy.id)).json()) as Answer;
    expect([failed.next, before - objects().length]).toEqual(['delete', 2]);
    await pool.query('DROP FUNCTION killed CASCADE');
    const { certificate } = (await (await order(emmy.id)).json()) as Answer;
    expect(certificate?.deleted).toEqual(jasmine.objectContaining({ objects: 2, absent: 0 }));
  });

  it('that began under an earlier master secret goes on, and says so when nobody has that secret', async () => {
    const curie = { ...ada, id: 'curie-1867' };
    await server.addPhoto('public/team/curie.png', curie);
    const { pool } = server.database;
    const sealedBy = async (secrets: ErasureSecrets): Promise<Answer> => {
      await pool.query(
        `CREATE OR REPLACE FUNCTION other_secret() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN NEW.probes := decode('${secrets.seal('x', []).toString('hex')}', 'hex'); RETURN NEW; END $$;
         CREATE TRIGGER other_secret BEFORE UPDATE ON erasures FOR EACH ROW
           WHEN (OLD.step = 'probe' AND NEW.step = 'revoke') EXECUTE FUNCTION other_secret()`,
      );
      const answer = (await (await order(curie.id)).json()) as Answer;
      await pool.query('DROP TRIGGER other_secret ON erasures');
      return answer;
    };
    const { status, certificate } = await sealedBy(new ErasureSecrets('nobody has this one any more'));
    expect(status).toBe('done');
    expect(certificate?.probes).toEqual(jasmine.objectContaining({ urls: 1, allRefused: false }));
    expect(certificate?.probes.gateways.map(({ unanswered }) => unanswered)).toEqual([1]);

    const [old, other] = [new ErasureSecrets('old'), new ErasureSecrets('new')];
    const sealed = old.seal('id', ['a']);
    expect(new ErasureSecrets('new', ['old']).open('id', sealed)).toEqual(['a']);
    expect([other.open('id', sealed), old.open('another', sealed)]).toEqual([undefined, undefined]);
  });

  it('of somebody who owned nothing takes what they did', async () => {
    const visitor = { id: 'babbage-1791', roles: ['tenantMember'] };
    await server.addPhoto('public/team/v.png', grace);
    await server.sign('public/team/v.png', visitor);
    const { status, certificate } = (await (await order(visitor.id)).json()) as Answer;
    expect([status, certificate?.receipt, certificate?.held.resources]).toEqual(['done', null, 0]);
    expect((await server.auditRows('issuance')).some(({ actor }) => actor === visitor.id)).toBeFalse();
    expect(await codeOf(await order('nobody'))).toEqual([404, 'unknown-owner']);
  });

  it('of somebody who is known again is another one', async () => {
    const hopper = { ...ada, id: 'hopper' };
    const erased = async (): Promise<Answer> => {
      await server.addPhoto('public/team/again.png', hopper);
      return (await (await order(hopper.id)).json()) as Answer;
    };
    const first = await erased();
    const second = await erased();
    expect(second.id).not.toBe(first.id);
    expect(second.certificate?.held.resources).toBe(1);
    expect(((await (await order(hopper.id)).json()) as Answer).id).toBe(second.id);
  });
});
