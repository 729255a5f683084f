import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { erasePerson } from '../offboarding/erase-person.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Version {
  version: number;
  path: string;
  status: string;
  contentType: string;
  size: number;
  checksum: string;
  uploadedAt: string;
  uploadedBy: string | null;
}
interface Made {
  id: string;
  path: string;
}
const TEXT = { 'content-type': 'text/plain' };

describe('versions of overwritten documents', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ versionsKept: 3 });
  });
  afterAll(() => server.stop());

  const made = async (body: string, as: TestPerson = ada, kind = 'document'): Promise<Made> => {
    const path = `/api/resources?kind=${kind}&name=letter.txt`;
    const response = await server.call('POST', path, { as, body, headers: TEXT });
    expect(response.status).toBe(201);
    return (await response.json()) as Made;
  };
  const overwrite = (id: string, body: string, as = ada, headers: Record<string, string> = {}) =>
    server.call('PUT', `/api/resources/${id}/content`, { as, body, headers: { ...TEXT, ...headers } });
  const versions = async (id: string, as = ada): Promise<Version[]> => {
    const response = await server.call('GET', `/api/resources/${id}/versions`, { as });
    return ((await response.json()) as { items: Version[] }).items;
  };
  const restore = (id: string, version: number | string, as = ada, headers: Record<string, string> = {}) =>
    server.call('POST', `/api/resources/${id}/versions/${version}/restore`, { as, headers });
  const drop = (id: string, version: number | string, as = ada) =>
    server.call('DELETE', `/api/resources/${id}/versions/${version}`, { as });
  const read = async (path: string, as = ada): Promise<string> =>
    (await fetch(await server.sign(path, as))).text();
  const objects = async (): Promise<number> => {
    await server.assembly.leftovers.clear();
    const found = await readdir(join(server.dataDir, 'files', 'objects'), {
      recursive: true,
      withFileTypes: true,
    });
    return found.filter((entry) => entry.isFile()).length;
  };
  const ok = async (response: Promise<Response>): Promise<void> => {
    expect((await response).status).toBe(200);
  };
  const codeOf = async (response: Response): Promise<[number, string]> => [
    response.status,
    ((await response.json()) as { code: string }).code,
  ];

  it('keep the bytes, who brought them and when, and are opened like anything that is signed', async () => {
    const { id, path } = await made('first');
    const old = await server.sign(path);
    await ok(overwrite(id, 'second', admin));
    await ok(overwrite(id, 'third'));
    expect((await fetch(old)).status).toBe(403);
    const kept = await versions(id);
    expect(kept.map(({ version, uploadedBy, size, status }) => [version, uploadedBy, size, status])).toEqual([
      [2, 'admin', 6, 'completed'],
      [1, 'ada', 5, 'completed'],
    ]);
    expect(kept[1]?.checksum).toBe('a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e');
    expect(await Promise.all(kept.map((one) => read(one.path)))).toEqual(['second', 'first']);
    expect(await read(kept[0]?.path ?? '', admin)).toBe('second');
    expect(await read(path)).toBe('third');
    const list = await server.call('GET', '/api/resources?kind=document', { as: ada });
    const paths = ((await list.json()) as { items: Made[] }).items.map((one) => one.path);
    expect(paths).toContain(path);
    expect(paths.filter((one) => one.startsWith(`${path}/`))).toEqual([]);
  });

  it('come back with a new number and a receipt; what was there is kept, and old URLs of both are dead', async () => {
    const { id, path } = await made('first');
    await ok(overwrite(id, 'second'));
    const [first] = await versions(id);
    const urls = [await server.sign(path), await server.sign(first?.path ?? '')];
    const response = await restore(id, 1);
    expect((await response.json()) as object).toEqual(
      jasmine.objectContaining({ epoch: jasmine.any(Number) }),
    );
    expect(await Promise.all(urls.map(async (url) => (await fetch(url)).status))).toEqual([403, 403]);
    expect(await read(path)).toBe('first');
    expect((await versions(id)).map(({ version }) => version)).toEqual([2]);
    const resource = await server.call('GET', `/api/resources/${id}`, { as: ada });
    expect(await resource.json()).toEqual(jasmine.objectContaining({ version: 3, size: 5 }));
    await ok(restore(id, 2));
    expect(await read(path)).toBe('second');
    expect((await versions(id)).map(({ version }) => version)).toEqual([3]);
    const events = (await server.auditRows('resource-restored')).filter((row) => row['resource_id'] === id);
    expect(events.map((row) => [row['actor'], row['reason']])).toEqual([
      ['ada', 'version=1'],
      ['ada', 'version=2'],
    ]);
  });

  it('are so many at most: the oldest goes with its bytes, and its URLs die', async () => {
    const { id } = await made('0');
    const before = await objects();
    await ok(overwrite(id, '1'));
    const url = await server.sign((await versions(id))[0]?.path ?? '');
    for (const body of ['2', '3', '4']) await ok(overwrite(id, body));
    expect((await versions(id)).map(({ version }) => version)).toEqual([4, 3, 2]);
    expect((await fetch(url)).status).toBe(403);
    expect(await objects()).toBe(before + 3);
  });

  it('are deleted one by one, and with their resource all of them', async () => {
    const before = await objects();
    const { id } = await made('first');
    for (const body of ['second', 'third']) await ok(overwrite(id, body));
    const [second, first] = await versions(id);
    const [gone, other] = [await server.sign(first?.path ?? ''), await server.sign(second?.path ?? '')];
    await ok(drop(id, 1));
    expect((await fetch(gone)).status).toBe(403);
    expect((await fetch(other)).status).toBe(200);
    expect(await codeOf(await drop(id, 1))).toEqual([404, 'not-found']);
    expect(await objects()).toBe(before + 2);
    await ok(server.call('DELETE', `/api/resources/${id}`, { as: ada }));
    expect((await fetch(other)).status).toBe(403);
    expect(await objects()).toBe(before);
    expect((await server.auditRows('version-deleted')).map((row) => row['reason'])).toContain('version=1');
  });

  it('share the fate of their resource: rotation, quarantine, prefix and another owner', async () => {
    const { id, path } = await made('first');
    await ok(overwrite(id, 'second'));
    const version = (await versions(id))[0]?.path ?? '';
    for (const fate of ['rotate', 'prefix', 'transfer', 'quarantine']) {
      const as = fate === 'quarantine' ? grace : ada;
      const url = await server.sign(version, as);
      const [route, body] =
        fate === 'prefix'
          ? ['/api/paths/revoke', { prefix: path }]
          : [`/api/resources/${id}/${fate}`, fate === 'transfer' ? { owner: 'grace' } : { reason: 'test' }];
      if (fate === 'transfer') await made('of grace', grace);
      await ok(server.call('POST', route, { as: admin, body }));
      expect((await fetch(url)).status)
        .withContext(fate)
        .toBe(403);
    }
    await expectAsync(server.sign(version, grace)).toBeRejected();
    expect((await versions(id, grace)).map(({ status }) => status)).toEqual(['quarantined']);
    expect(await codeOf(await restore(id, 1, admin))).toEqual([422, 'quarantined']);
  });

  it('are no resources that can be overwritten, given away or described by themselves', async () => {
    const { id } = await made('first');
    await ok(overwrite(id, 'second'));
    const { path } = (await versions(id))[0] ?? { path: '' };
    const found = await server.call('GET', `/api/resources/by-path?path=${path}`, { as: ada });
    const own = ((await found.json()) as Made).id;
    const calls = [
      overwrite(own, 'x'),
      server.call('POST', `/api/resources/${own}/transfer`, { as: admin, body: { owner: 'grace' } }),
      server.call('PATCH', `/api/resources/${own}`, { as: ada, body: { label: 'x' } }),
      restore(own, 1),
    ];
    for (const call of calls) expect(await codeOf(await call)).toEqual([404, 'not-found']);
  });

  it('are not there for anybody else, and for no wrong number', async () => {
    const { id } = await made('first');
    await ok(overwrite(id, 'second'));
    const rival = { ...admin, tenantId: 'rivals' };
    for (const as of [grace, rival]) {
      const list = await server.call('GET', `/api/resources/${id}/versions`, { as });
      expect(await codeOf(list)).toEqual([404, 'not-found']);
      expect(await codeOf(await restore(id, 1, as))).toEqual([404, 'not-found']);
      expect(await codeOf(await drop(id, 1, as))).toEqual([404, 'not-found']);
    }
    for (const number of ['0', '-1', 'x', '1.5', '99999999999']) {
      expect((await restore(id, number)).status)
        .withContext(number)
        .toBe(400);
    }
    expect(await codeOf(await restore(id, 7))).toEqual([404, 'not-found']);
    expect(await codeOf(await restore(id, 1, ada, { 'if-match': 'x' }))).toEqual([400, 'invalid-request']);
    expect((await versions(id)).length).toBe(1);
  });

  it('are kept of documents alone, and of nothing when none are wanted', async () => {
    const none = await TestServer.start({ versionsKept: 0 });
    const call = (method: string, path: string, body: string) =>
      none.call(method, path, { as: ada, body, headers: TEXT });
    const { id } = (await (
      await call('POST', '/api/resources?kind=document&name=a.txt', 'first')
    ).json()) as Made;
    await ok(call('PUT', `/api/resources/${id}/content`, 'second'));
    const { rows } = await none.database.pool.query('SELECT FROM resources');
    expect(rows.length).toBe(1);
    await none.stop();
    const { rows: pictures } = await server.database.pool.query<{ id: string }>(
      `SELECT id FROM resources WHERE kind <> 'document' AND version_of IS NOT NULL`,
    );
    expect(pictures).toEqual([]);
  });

  it('let one of two win who write over the same revision, and lose nothing of those who do not ask', async () => {
    const { id, path } = await made('first');
    await ok(overwrite(id, 'second'));
    const seen = await server.call('GET', `/api/resources/${id}`, { as: ada });
    const revision = `"${((await seen.json()) as { revision: number }).revision}"`;
    const answers = await Promise.all([
      overwrite(id, 'third', ada, { 'if-match': revision }),
      restore(id, 1, ada, { 'if-match': revision }),
      overwrite(id, 'fourth', ada, { 'if-match': revision }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const both = await Promise.all([
      restore(id, (await versions(id))[0]?.version ?? 0),
      overwrite(id, 'last'),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const all = [await read(path), ...(await Promise.all((await versions(id)).map((one) => read(one.path))))];
    expect(all).toContain('second');
    expect(all).toContain('last');
    const same = await Promise.all(
      [1, 2, 3].map(async () => restore(id, (await versions(id))[0]?.version ?? 0)),
    );
    expect(same.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(new Set((await versions(id)).map(({ version }) => version)).size).toBe(
      (await versions(id)).length,
    );
  });

  it('count against the quota, and a restore needs no room', async () => {
    const tight = await TestServer.start({
      versionsKept: 3,
      quotas: { userBytes: 10, userResources: null, tenantBytes: null, tenantResources: null },
    });
    const call = (method: string, path: string, body: string) =>
      tight.call(method, path, { as: ada, body, headers: TEXT });
    const { id } = (await (
      await call('POST', '/api/resources?kind=document&name=a.txt', 'first')
    ).json()) as Made;
    await ok(call('PUT', `/api/resources/${id}/content`, 'other'));
    expect((await call('PUT', `/api/resources/${id}/content`, 'x')).status).toBe(413);
    const usage = await tight.call('GET', '/api/usage', { as: ada });
    expect(((await usage.json()) as { user: object }).user).toEqual(
      jasmine.objectContaining({ bytes: 10, resources: 1 }),
    );
    await ok(tight.call('POST', `/api/resources/${id}/versions/1/restore`, { as: ada }));
    await ok(tight.call('DELETE', `/api/resources/${id}/versions/2`, { as: ada }));
    await ok(call('PUT', `/api/resources/${id}/content`, 'x'));
    await tight.stop();
  });

  it('are neither kept nor lost by halves when the database fails in the middle', async () => {
    const { id, path } = await made('first');
    await ok(overwrite(id, 'second'));
    const url = await server.sign(path);
    const before = await objects();
    const { pool } = server.database;
    await pool.query('ALTER TABLE resources ADD CONSTRAINT broken CHECK (version_of IS NULL) NOT VALID');
    const answers = [await overwrite(id, 'third'), await restore(id, 1)];
    await pool.query('ALTER TABLE resources DROP CONSTRAINT broken');
    expect(answers.map(({ status }) => status)).toEqual([500, 500]);
    expect(await (await fetch(url)).text()).toBe('second');
    const [first] = await versions(id);
    expect(await read(first?.path ?? '')).toBe('first');
    expect(await objects()).toBe(before);
    await ok(restore(id, 1));
    expect(await read(path)).toBe('first');
  });

  it('name nobody who is erased and never had anything of his own', async () => {
    const { id } = await made('first');
    await ok(overwrite(id, 'second', { id: 'editor-8', roles: ['tenantAdmin'] }));
    const { db, ownerKeys } = server.assembly;
    await erasePerson({ db, ownerKeys }, { tenantId: 'default', ownerId: 'editor-8', actor: 'admin' });
    await ok(overwrite(id, 'third'));
    expect((await versions(id)).map(({ uploadedBy }) => uploadedBy)).toEqual([null, 'ada']);
  });

  it('go with a person who is erased, and what that person brought to others is named no more', async () => {
    const leaver: TestPerson = { id: 'leaver-7', roles: ['tenantAdmin'] };
    const { id, path } = await made('first', leaver);
    await ok(overwrite(id, 'second', leaver));
    const kept = await made('of ada');
    await ok(overwrite(kept.id, 'by the leaver', leaver));
    await ok(overwrite(kept.id, 'by ada again'));
    const before = await objects();
    const erased = await server.call('POST', '/api/owners/leaver-7/erase', {
      as: admin,
      body: { confirm: 'leaver-7' },
    });
    const { status, certificate } = (await erased.json()) as { status: string; certificate: object };
    expect(status).toBe('done');
    expect(JSON.stringify(certificate)).toMatch(/"objects":2|"deleted":2|"resources":2/);
    expect(await objects()).toBe(before - 2);
    expect((await versions(kept.id)).map(({ uploadedBy }) => uploadedBy)).toEqual([null, 'ada']);
    const { rows } = await server.database.pool.query<{ row: string }>(
      `SELECT r::text AS row FROM resources r WHERE r::text LIKE '%leaver-7%' OR path LIKE $1`,
      [`${path}%`],
    );
    expect(rows).toEqual([]);
  });
});
