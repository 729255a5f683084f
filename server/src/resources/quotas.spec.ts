import { createHash } from 'node:crypto';
import { forTenant } from '../platform/tenant-database.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Use {
  bytes: number;
  maxBytes: number | null;
  resources: number;
  maxResources: number | null;
}

const TEXT = { 'content-type': 'text/plain' };

describe('quotas', () => {
  let server: TestServer;
  const quotas = { userBytes: 1000, userResources: 6, tenantBytes: 2500, tenantResources: 20 };

  beforeAll(async () => {
    server = await TestServer.start({ quotas });
  });
  afterAll(() => server.stop());

  /** Each spec has a tenant of its own. */
  let tenants = 0;
  let who: TestPerson;
  let other: TestPerson;
  beforeEach(() => {
    tenants += 1;
    who = { ...ada, tenantId: `tenant-${tenants}` };
    other = { ...grace, tenantId: `tenant-${tenants}` };
  });

  const send = (bytes: number, as = who): Promise<Response> =>
    server.call('POST', '/api/resources?kind=document&name=a.txt', {
      as,
      body: 'x'.repeat(bytes),
      headers: TEXT,
    });
  const stored = async (bytes: number, as = who): Promise<{ id: string; path: string }> => {
    const response = await send(bytes, as);
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string; path: string };
  };
  const overwrite = (id: string, bytes: number, as = who): Promise<Response> =>
    server.call('PUT', `/api/resources/${id}/content`, { as, body: 'y'.repeat(bytes), headers: TEXT });
  const asked = (size: number): object => ({
    name: 'a.txt',
    kind: 'document',
    contentType: 'text/plain',
    size,
  });
  const begin = (size: number, as = who): Promise<Response> =>
    server.call('POST', '/api/resources/uploads', { as, body: asked(size) });
  const remove = (id: string, as = who): Promise<Response> =>
    server.call('DELETE', `/api/resources/${id}`, { as });
  const use = async (as = who): Promise<{ user: Use; tenant: Use }> =>
    (await (await server.call('GET', '/api/usage', { as })).json()) as { user: Use; tenant: Use };
  const refusal = async (response: Response): Promise<string> => {
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    expect([response.status, code]).toEqual([413, 'quota-exceeded']);
    return detail;
  };
  /** What the counters say, and what there is. */
  const counted = async (): Promise<[unknown, unknown]> => {
    const counters = await server.database.pool.query(
      `SELECT tenant_id, owner_id, resources::int, bytes::int FROM storage_usage
        WHERE resources <> 0 OR bytes <> 0 ORDER BY 1, 2`,
    );
    const truth = await server.database.pool.query(
      `SELECT tenant_id, coalesce(owner_id, '') AS owner_id, count(*) FILTER (WHERE version_of IS NULL)::int AS resources,
              coalesce(sum(size), 0)::int AS bytes
         FROM resources WHERE state <> 'failed' GROUP BY GROUPING SETS ((tenant_id, owner_id), (tenant_id))
        ORDER BY tenant_id, coalesce(owner_id, '') COLLATE "C"`,
    );
    return [counters.rows, truth.rows];
  };

  it('refuse the byte too many, and say whose room it is, how much is used and which setting it is', async () => {
    await stored(990);
    const detail = await refusal(await send(11));
    expect(detail).toContain(
      'The owner has stored 990 of 1000 bytes, and this needs 11 more (USER_QUOTA_BYTES)',
    );
    expect(detail).toContain('ask whoever runs this server');
    expect((await send(10)).status).toBe(201);
    await stored(1000, other);
    await stored(490, { ...admin, tenantId: who.tenantId! });
    expect(await refusal(await send(11, { ...admin, tenantId: who.tenantId! }))).toContain(
      'All of your organisation have stored 2490 of 2500 bytes, and this needs 11 more (TENANT_QUOTA_BYTES)',
    );
  });

  it('refuse the file too many', async () => {
    for (let n = 0; n < 6; n += 1) await stored(1);
    expect(await refusal(await send(1))).toContain('6 of 6 files (USER_QUOTA_RESOURCES)');
    expect(await refusal(await begin(1))).toContain('USER_QUOTA_RESOURCES');
  });

  it('refuse by the announced length before a byte is stored', async () => {
    const put = spyOn(server.assembly.blobs, 'put').and.callThrough();
    await refusal(await send(1001));
    expect(put).not.toHaveBeenCalled();
  });

  it('count an upload from its begin, judge each of a batch by itself, and free the room of what is cancelled', async () => {
    const body = { uploads: [400, 700, 500, 101, 100].map(asked) };
    const response = await server.call('POST', '/api/resources/uploads/batch', { as: who, body });
    const { results } = (await response.json()) as {
      results: { uploadId?: string; error?: { code: string } }[];
    };
    expect(results.map(({ error }) => error?.code)).toEqual([
      ...[undefined, 'quota-exceeded', undefined, 'quota-exceeded', undefined],
    ]);
    expect((await use()).user).toEqual({ bytes: 1000, maxBytes: 1000, resources: 3, maxResources: 6 });
    await refusal(await begin(1));
    await server.call('DELETE', `/api/resources/uploads/${results[2]?.uploadId}/file`, { as: who });
    expect((await use()).user.bytes).toBe(500);
    expect((await begin(500)).status).toBe(201);
    const [counters, truth] = await counted();
    expect(counters).toEqual(truth);
  });

  it('free the room of an upload that failed, and of one that expired', async () => {
    for (const ending of ['failed', 'expired']) {
      const { id, uploadId, url, fields } = (await (await begin(900)).json()) as {
        id: string;
        uploadId: string;
        url: string;
        fields: Record<string, string>;
      };
      await refusal(await begin(101));
      if (ending === 'failed') {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, value);
        form.append('file', new Blob([Buffer.concat([onePixelPng, Buffer.alloc(900 - onePixelPng.length)])]));
        await fetch(new URL(url, server.origin), { method: 'POST', body: form });
        expect((await server.call('POST', `/api/resources/${id}/complete`, { as: who })).status).toBe(415);
      } else {
        await server.database.pool.query(
          `UPDATE uploads SET expires_at = now() - INTERVAL '1 day' WHERE id = $1`,
          [uploadId],
        );
        await server.assembly.uploads.ends.sweep();
      }
      expect((await use()).user).toEqual(jasmine.objectContaining({ bytes: 0, resources: 0 }));
    }
  });

  it('count an overwrite by what it adds, and give a deletion back', async () => {
    const { id } = await stored(600);
    expect(await refusal(await overwrite(id, 2000))).toContain('this needs');
    expect((await overwrite(id, 300)).status).toBe(200);
    expect((await remove(id)).status).toBe(200);
    expect((await use()).user).toEqual(jasmine.objectContaining({ bytes: 0, resources: 0 }));
    expect((await send(1000)).status).toBe(201);
    const { rows } = await server.database.pool.query(
      `SELECT FROM storage_usage WHERE tenant_id = $1 AND owner_id = 'grace'`,
      [who.tenantId],
    );
    expect(rows.length).toBe(0);
  });

  it('let exactly one of many have the last byte, whichever way they come', async () => {
    await stored(500);
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => send(500)),
      ...Array.from({ length: 5 }, () => begin(500)),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(413)]);
    expect((await use()).user.bytes).toBe(1000);
  });

  it('are what the database has for one tenant alone, where it has something', async () => {
    await server.database.pool.query(
      'INSERT INTO tenant_quotas (tenant_id, user_bytes, tenant_resources) VALUES ($1, 5000, 2)',
      [who.tenantId],
    );
    expect((await use()).user.maxBytes).toBe(5000);
    expect((await use()).tenant).toEqual({ bytes: 0, maxBytes: 2500, resources: 0, maxResources: 2 });
    await stored(2000);
    await stored(1, other);
    expect(await refusal(await send(1))).toContain('TENANT_QUOTA_RESOURCES');
  });

  it('show the use to who may upload, and to nobody else', async () => {
    expect((await server.call('GET', '/api/usage')).status).toBe(401);
    const guest = { id: 'guest', tenantId: who.tenantId!, roles: ['DOC_VIEW'] };
    expect((await server.call('GET', '/api/usage', { as: guest })).status).toBe(403);
  });

  it('follow a resource to another owner', async () => {
    const { id } = await stored(200);
    await stored(1, other);
    await server.call('POST', `/api/resources/${id}/transfer`, {
      as: { ...admin, tenantId: who.tenantId! },
      body: { owner: other.id },
    });
    expect((await use()).user.bytes).toBe(0);
    expect((await use(other)).user).toEqual(jasmine.objectContaining({ bytes: 201, resources: 2 }));
  });

  it('never drift, whatever is done at once in any order', async () => {
    const tenant = 'random';
    const people = [ada, grace].map((person) => ({ ...person, tenantId: tenant }));
    await server.database.pool.query(
      'INSERT INTO tenant_quotas (tenant_id, user_bytes, user_resources, tenant_bytes) VALUES ($1, 3000, 15, 5000)',
      [tenant],
    );
    const seed = createHash('sha256').update(String(Date.now())).digest();
    let turn = 0;
    const chance = (most: number): number => seed.readUInt16LE((turn = (turn + 1) % 30)) % most;
    const ids: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          const as = people[chance(2)]!;
          const id = ids[chance(Math.max(1, ids.length))] ?? 'res_none';
          const what = chance(5);
          if (what === 0) await overwrite(id, 1 + chance(900), as);
          else if (what === 1) await remove(id, as);
          else if (what === 2) await begin(1 + chance(900), as);
          else {
            const response = await send(1 + chance(900), as);
            if (response.status === 201) ids.push(((await response.json()) as { id: string }).id);
          }
        }),
      );
    }
    const [counters, truth] = await counted();
    expect(counters)
      .withContext(`seed ${seed.toString('hex')}`)
      .toEqual(truth);
    const { user, tenant: all } = await use(people[0]);
    expect(user.bytes).toBeLessThanOrEqual(3000);
    expect(all.bytes).toBeLessThanOrEqual(5000);
  });

  it('ask for nothing where they are not set', async () => {
    const open = await TestServer.start();
    const admitted = await forTenant(open.assembly.db, 'default', async (connection) => {
      const [first] = await open.assembly.quotas.admit(connection, { tenantId: 'default', ownerId: 'ada' }, [
        { resources: 1, bytes: Number.MAX_SAFE_INTEGER },
      ]);
      const { rowCount } = await connection.query('SELECT FROM storage_usage');
      return [first, rowCount];
    });
    expect(admitted).toEqual([undefined, 0]);
    await open.addPhoto('public/team/a.png', ada, pngOf(100));
    const answer = await open.call('GET', '/api/usage', { as: ada });
    const { user } = (await answer.json()) as { user: Use };
    expect(user).toEqual({ bytes: user.bytes, maxBytes: null, resources: 1, maxResources: null });
    await open.stop();
  });
});
