import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import sharp from 'sharp';
import { placeIn } from '../collections/place-in.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import { zipOf } from '../testing/archives.ts';
import { ClamdServer, clamdPath, EICAR, TEST_VIRUS } from '../testing/clamd.ts';
import { ada, admin, TestServer, type TestPerson } from '../testing/test-server.ts';

describe('a server with a virus scanner', () => {
  let clamd: ClamdServer | undefined;
  let server: TestServer;
  /** Stands where clamd should, and hangs up. */
  let absent: Server;

  beforeAll(async () => {
    absent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(absent, 'listening');
    if (clamdPath) clamd = await ClamdServer.start();
    const port = clamd?.port ?? (absent.address() as AddressInfo).port;
    server = await TestServer.start({ clamdHost: `127.0.0.1:${port}` });
  });

  afterAll(async () => {
    await server.stop();
    await clamd?.stop();
    absent.close();
  });

  const send = (method: string, path: string, body: string): Promise<Response> =>
    server.call(method, path, { as: ada, body, headers: { 'content-type': 'text/plain' } });
  const upload = (body: string): Promise<Response> =>
    send('POST', '/api/resources?kind=document&name=letter.txt', body);
  const rows = async (): Promise<{ id: string; path: string; state: string }[]> =>
    (
      await server.database.pool.query<{ id: string; path: string; state: string }>(
        'SELECT id, path, state FROM resources ORDER BY created_at',
      )
    ).rows;

  it('keeps what is infected, says so, signs it for nobody, and lets an administrator delete it', async () => {
    if (!clamd) pending('needs clamd');
    const refused = await upload(`Dear ${TEST_VIRUS}`);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual(
      jasmine.objectContaining({ code: 'quarantined', detail: jasmine.stringContaining('Countersign.Test') }),
    );
    const kept = (await rows()).findLast(({ state }) => state === 'quarantined');
    expect(kept?.state).toBe('quarantined');
    for (const person of [ada, admin]) {
      await expectAsync(server.sign(kept?.path ?? '', person)).toBeRejected();
    }
    const event = (await server.auditRows('resource-quarantined')).at(-1);
    expect(event).toEqual(jasmine.objectContaining({ resource_id: kept?.id, actor: 'ada' }));
    const deleted = await server.call('DELETE', `/api/resources/${kept?.id}`, { as: admin });
    expect(deleted.status).toBeLessThan(300);
    expect((await rows()).map(({ id }) => id)).not.toContain(kept?.id ?? '');
  });

  it('finds EICAR as it is, inside of something, and packed, and keeps what is encrypted', async () => {
    if (!clamd) pending('needs clamd');
    expect(EICAR.length).toBe(68);
    const files: [string, Uint8Array | string, string][] = [
      ['text/plain', EICAR, 'Eicar-Test-Signature'],
      ['text/plain', `${'harmless '.repeat(5000)}${EICAR}\n`, 'Eicar-Test-Signature'],
      ['application/zip', zipOf([{ name: 'a/eicar.com', body: Buffer.from(EICAR) }]), 'Eicar-Test-Signature'],
      ['application/zip', zipOf([{ name: 'a', isEncrypted: true }]), 'encrypted'],
    ];
    for (const [type, body, found] of files) {
      const response = await server.call('POST', '/api/resources?kind=document&name=letter', {
        as: ada,
        body: typeof body === 'string' ? body : new Uint8Array(body),
        headers: { 'content-type': type },
      });
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      expect([response.status, code]).withContext(found).toEqual([422, 'quarantined']);
      expect(detail).toContain(found);
    }
    const names = (await rows()).map(({ state }) => state);
    expect(names.filter((state) => state === 'quarantined').length).toBeGreaterThanOrEqual(4);
  });

  it('keeps what came by a form and is infected too, and says why in the audit', async () => {
    if (!clamd) pending('needs clamd');
    const letter = `Dear ${TEST_VIRUS}`;
    const asked = { name: 'l.txt', kind: 'document', contentType: 'text/plain', size: letter.length };
    const begun = await server.call('POST', '/api/resources/uploads', { as: ada, body: asked });
    const { id, url, fields } = (await begun.json()) as {
      id: string;
      url: string;
      fields: Record<string, string>;
    };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([letter]), 'l.txt');
    expect((await fetch(new URL(url, server.origin), { method: 'POST', body: form })).status).toBe(200);
    const completed = await server.call('POST', `/api/resources/${id}/complete`, { as: ada });
    const { path, status } = (await completed.json()) as { path: string; status: string };
    expect(status).toBe('quarantined');
    await expectAsync(server.sign(path, ada)).toBeRejected();
    const event = (await server.auditRows('resource-quarantined')).at(-1);
    expect(event).toEqual(
      jasmine.objectContaining({ resource_id: id, reason: jasmine.stringContaining('Countersign.Test') }),
    );
  });

  it('leaves a resource as it was when what is to overwrite it is infected', async () => {
    if (!clamd) pending('needs clamd');
    const created = await upload('harmless');
    expect(created.status).toBe(201);
    const { id, path } = (await created.json()) as { id: string; path: string };
    const url = await server.sign(path, ada);
    expect((await send('PUT', `/api/resources/${id}/content`, TEST_VIRUS)).status).toBe(422);
    expect(await (await fetch(url)).text()).toBe('harmless');
  });

  it('keeps and delivers nothing while the scanner does not answer', async () => {
    const closed = await TestServer.start({
      clamdHost: `127.0.0.1:${(absent.address() as AddressInfo).port}`,
    });
    const response = await closed.call('POST', '/api/resources?kind=document&name=a.txt', {
      as: ada,
      body: 'harmless',
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(422);
    const { rows: kept } = await closed.database.pool.query('SELECT state FROM resources');
    expect(kept).toEqual([{ state: 'quarantined' }]);
    await closed.stop();
  });

  it('stores and delivers public pictures without the place where they were taken, by the checksum of what is stored', async () => {
    if (!clamd) pending('needs clamd');
    const photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#369' } })
      .withExif({ IFD0: { Copyright: 'SECRET' } })
      .jpeg()
      .toBuffer();
    const response = await server.call('POST', '/api/resources?kind=teamPhoto&name=a.jpg', {
      as: ada,
      body: new Uint8Array(photo),
      headers: { 'content-type': 'image/jpeg' },
    });
    expect(response.status).toBe(201);
    const { path, size } = (await response.json()) as { path: string; size: number };
    const delivered = Buffer.from(await (await fetch(await server.sign(path, ada))).arrayBuffer());
    expect(delivered.length).toBe(size);
    expect(delivered.length).toBeLessThan(photo.length);
    expect(delivered.includes('SECRET')).toBeFalse();
    const { rows: sums } = await server.database.pool.query<{ same: boolean }>(
      'SELECT sha256 = sha256($2::bytea) AS same FROM resources WHERE path = $1',
      [path, delivered],
    );
    expect(sums).toEqual([{ same: true }]);
  });
});

describe('what is in quarantine', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server.stop());

  const post = (path: string, body: object, as = admin): Promise<Response> =>
    server.call('POST', path, { as, body });
  const codeOf = async (response: Response): Promise<string> =>
    ((await response.json()) as { code: string }).code;
  const letter = async (collection?: string): Promise<{ id: string; path: string }> => {
    const into = collection === undefined ? '' : `&collection=${collection}`;
    const response = await server.call('POST', `/api/resources?kind=document&name=letter.txt${into}`, {
      as: ada,
      body: 'Dear Grace',
      headers: { 'content-type': 'text/plain' },
    });
    return (await response.json()) as { id: string; path: string };
  };
  const listed = async (): Promise<string[]> => {
    const answer = await server.call('GET', '/api/quarantine', { as: admin });
    return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
  };

  it('was delivered until it was put there; is signed again after its release, and old URLs stay dead', async () => {
    const { id, path } = await letter();
    const before = await server.sign(path, ada);
    expect((await fetch(before)).status).toBe(200);
    const put = await post(`/api/resources/${id}/quarantine`, { reason: 'reported' });
    expect([200, 202]).toContain(put.status);
    expect(((await put.json()) as { epoch: number }).epoch).toBeGreaterThan(0);
    expect((await fetch(before)).status).toBe(403);
    await expectAsync(server.sign(path, ada)).toBeRejected();
    expect(await listed()).toContain(id);
    expect(await codeOf(await post(`/api/resources/${id}/quarantine`, { reason: 'twice' }))).toBe(
      'already-quarantined',
    );

    expect([200, 202]).toContain((await post(`/api/resources/${id}/release`, { reason: 'harmless' })).status);
    expect(await listed()).not.toContain(id);
    expect((await fetch(before)).status).toBe(403);
    expect(await (await fetch(await server.sign(path, ada))).text()).toBe('Dear Grace');
    expect(await codeOf(await post(`/api/resources/${id}/release`, { reason: 'twice' }))).toBe(
      'not-quarantined',
    );
    const events = await server.auditRows('resource-released');
    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ resource_id: id, actor: 'admin', reason: 'harmless' }),
    );
  });

  it('is nothing that its owner may list or release', async () => {
    const { id } = await letter();
    await post(`/api/resources/${id}/quarantine`, { reason: 'reported' });
    expect((await server.call('GET', '/api/quarantine', { as: ada })).status).toBe(403);
    expect((await post(`/api/resources/${id}/release`, { reason: 'mine', scan: false }, ada)).status).toBe(
      403,
    );
    expect(await listed()).toContain(id);
  });

  it('comes into no collection that is archived, nor by who may not assign when its owner has left', async () => {
    const boss: TestPerson = { id: 'boss', roles: ['ADM'] };
    const made = await post('/api/collections', { name: 'Order' }, boss);
    const collection = ((await made.json()) as { id: string }).id;
    await post(`/api/collections/${collection}/members`, { members: [{ id: 'ada', role: 'BUY' }] }, boss);
    const set = (status: string): Promise<Response> =>
      server.call('PATCH', `/api/collections/${collection}`, { as: boss, body: { status } });
    const { id } = await letter(collection);
    await post(`/api/resources/${id}/quarantine`, { reason: 'reported' });
    await set('archived');
    expect(await codeOf(await post(`/api/resources/${id}/release`, { reason: 'ok' }))).toBe(
      'collection-archived',
    );
    expect(await listed()).toContain(id);
    await set('active');

    const keeper: Principal = {
      ...{ tenantId: 'default', id: 'keeper', name: 'Keeper', kind: 'user', anonymous: false, roles: [] },
      permissions: new Set<Permission>(['resource:quarantine']),
    };
    const order = { principal: keeper, id, reason: 'ok' };
    const release = (): Promise<unknown> =>
      server.assembly.quarantine.release(order, true, placeIn).then(
        () => 'released',
        ({ code }: { code: string }) => code,
      );
    await server.call('DELETE', `/api/collections/${collection}/members/ada`, { as: boss });
    expect(await release()).toBe('forbidden');
    expect(await listed()).toContain(id);
    await post(`/api/collections/${collection}/members`, { members: [{ id: 'ada', role: 'BUY' }] }, boss);
    expect(await release()).toBe('released');
  });

  it('is looked at again before it is released, and cleaned as if it had just arrived', async () => {
    const photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#369' } })
      .withExif({ IFD0: { Copyright: 'SECRET' } })
      .jpeg()
      .toBuffer();
    const arrives = await server.call('POST', '/api/resources?kind=document&name=a.jpg', {
      as: ada,
      body: new Uint8Array(photo),
      headers: { 'content-type': 'image/jpeg' },
    });
    const { id } = (await arrives.json()) as { id: string };
    await post(`/api/resources/${id}/quarantine`, { reason: 'reported' });
    await server.database.pool.query(`UPDATE resources SET kind = 'avatar' WHERE id = $1`, [id]);
    expect([200, 202]).toContain((await post(`/api/resources/${id}/release`, { reason: 'ok' })).status);
    const { rows } = await server.database.pool.query<{ size: number }>(
      'SELECT size::int FROM resources WHERE id = $1',
      [id],
    );
    expect(rows[0]?.size).toBeLessThan(photo.length);
  });
});
