import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionProxy } from '../testing/partition-proxy.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { CarryOut } from './carry-out.ts';
import type { Departure } from './departure.ts';

interface Answer {
  status: number;
  body: Partial<Omit<Departure, 'at'>> & {
    at?: string;
    code?: string;
    detail?: string;
    items?: Departure[];
    nextCursor?: string | null;
    planned?: number;
    refused?: number;
    results?: {
      line: number;
      owner: string;
      departure?: Departure;
      error?: { code: string; detail: string };
    }[];
  };
}

const SHARED = 'public/team/plan.png';
const OWN = 'users/ada/documents/mine.png';
const YEAR_END = '2030-12-31T18:00:00+01:00';

describe('A departure', () => {
  let server: TestServer;

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    { as = admin, headers }: { as?: TestPerson; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await server.call(method, `/api/departures${path}`, {
      as,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const plan = (order: object): Promise<Answer> => call('POST', '', order);
  const sendList = (csv: string, query = ''): Promise<Answer> =>
    call('POST', `/batch${query}`, csv, { headers: { 'content-type': 'text/csv' } });
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const codes = async (...orders: object[]): Promise<unknown[]> => {
    const answers: unknown[] = [];
    for (const order of orders) {
      const { status, body } = await plan(order);
      answers.push([status, body.code]);
    }
    return answers;
  };
  /** Until the server has carried it out. */
  const effective = async (id: string): Promise<Answer['body']> => {
    for (;;) {
      const { body } = await call('GET', `/${id}`);
      if (body.status === 'effective') return body;
      await sleep(50);
    }
  };
  const eventsOf = async (owner: string): Promise<unknown[]> => {
    const { rows } = await server.database.pool.query<{ event: string }>(
      `SELECT event FROM resource_access_logs WHERE owner = $1 AND event NOT IN ('issuance', 'delivery', 'denial')
        AND event <> 'resource-created' ORDER BY accessed_at, batch_no`,
      [owner],
    );
    return rows.map(({ event }) => event);
  };

  beforeEach(async () => {
    server = await TestServer.start();
    await server.addPhoto(SHARED, ada);
    await server.addPhoto(OWN, ada);
    await server.database.pool.query("UPDATE owners SET handle = 'ada' WHERE owner_id = 'ada'");
    await server.addPhoto('public/team/g.png', grace);
  });

  afterEach(() => server.stop());

  it('without a time revokes before it is answered, and says by which receipt', async () => {
    const url = await server.sign(SHARED);
    expect(await statusOf(url)).toBe(200);
    const { status, body } = await plan({ owner: 'ada', reason: 'left' });
    expect([status, body.status, body.requestedBy]).toEqual([201, 'effective', 'admin']);
    const receipt = await server.call('GET', `/api/receipts/${body.epoch}`, { as: admin });
    expect(receipt.status).toBe(200);
    expect(await statusOf(url)).toBe(403);
    expect(await eventsOf('ada')).toEqual(['departure-planned', 'key-revoked']);
  });

  it('transfers what stays with the company first: old URLs die, the new owner signs, the rest dies with the leaver', async () => {
    const [shared, own] = [await server.sign(SHARED), await server.sign(OWN)];
    const { body } = await plan({ owner: 'ada', transfer: { to: 'grace' } });
    expect([body.status, body.transferred, body.notTransferred]).toEqual(['effective', 1, 0]);
    expect([await statusOf(shared), await statusOf(own)]).toEqual([403, 403]);
    expect(await statusOf(await server.sign(SHARED, grace))).toBe(200);
    const kept = await server.call('GET', `/api/resources?prefix=${OWN}`, { as: admin });
    expect(((await kept.json()) as { items: { owner: string }[] }).items.map(({ owner }) => owner)).toEqual([
      'ada',
    ]);
  });

  it('transfers only what begins with a prefix, when one is said', async () => {
    await server.addPhoto('public/gallery/a.png', ada);
    const { body } = await plan({ owner: 'ada', transfer: { to: 'grace', prefix: 'public/gallery/' } });
    expect(body.transferred).toBe(1);
    const { rows } = await server.database.pool.query(
      "SELECT path FROM resources WHERE owner_id = 'grace' ORDER BY path",
    );
    expect(rows).toEqual([{ path: 'public/gallery/a.png' }, { path: 'public/team/g.png' }]);
  });

  it('is only counted by a dry run, with everything that would be refused', async () => {
    const url = await server.sign(SHARED);
    const now = await call('POST', '?dryRun=true', { owner: 'ada' });
    expect(now).toEqual({
      status: 200,
      body: { dryRun: true, resources: 2, urls: 1, transfers: 0 } as object,
    });
    const { body } = await call('POST', '?dryRun=true', { owner: 'ada', transfer: { to: 'grace' } });
    expect(body).toEqual({ dryRun: true, resources: 2, urls: 1, transfers: 1 } as object);
    const misspelt = await call('POST', '?dryrun=true', { owner: 'ada' });
    const nobody = await call('POST', '?dryRun=true', { owner: 'ada', transfer: { to: 'nobody' } });
    expect([misspelt.body.code, nobody.body.code]).toEqual(['invalid-request', 'transfer-target']);
    expect((await call('GET', '')).body.items).toEqual([]);
    expect([await statusOf(url), await eventsOf('ada')]).toEqual([200, []]);
  });

  it('revokes in time although its documents cannot be given away, and counts them', async () => {
    const at = new Date(Date.now() + 700).toISOString();
    const url = await server.sign(SHARED);
    const planned = await plan({ owner: 'ada', at, transfer: { to: 'grace' } });
    expect(planned.body.status).toBe('scheduled');
    await server.call('POST', '/api/owners/grace/revoke', { as: admin });
    const body = await effective(planned.body.id!);
    expect([body.transferred, body.notTransferred]).toEqual([0, 1]);
    expect(await statusOf(url)).toBe(403);
  });

  it('with a time takes effect then and not before', async () => {
    const url = await server.sign(SHARED);
    const { body } = await plan({ owner: 'ada', at: new Date(Date.now() + 900).toISOString() });
    expect([body.status, await statusOf(url)]).toEqual(['scheduled', 200]);
    await effective(body.id!);
    expect(await statusOf(url)).toBe(403);
  });

  it('that was planned for later takes effect at once when somebody is disabled today, with its transfer', async () => {
    const planned = await plan({ owner: 'ada', at: YEAR_END, transfer: { to: 'grace' } });
    const url = await server.sign(OWN);
    const { status, body } = await plan({ owner: 'ada', reason: 'disabled at the identity provider' });
    expect([status, body.id, body.status, body.transferred]).toEqual([201, planned.body.id, 'effective', 1]);
    expect(await statusOf(url)).toBe(403);
    const events = await eventsOf('ada');
    expect(events.slice(0, 2)).toEqual(['departure-planned', 'departure-brought-forward']);
    expect(events).toContain('key-revoked');
  });

  it('of somebody who has left already gives away what they left behind', async () => {
    await plan({ owner: 'ada' });
    const { body } = await plan({ owner: 'ada', transfer: { to: 'grace' } });
    expect([body.status, body.transferred, body.notTransferred]).toEqual(['effective', 1, 0]);
    expect((await plan({ owner: 'ada', transfer: { to: 'grace' } })).body.id).toBe(body.id!);
    expect(await statusOf(await server.sign(SHARED, grace))).toBe(200);
  });

  it('is taking effect, and not yet effective, while a server that is cut off may still serve old URLs', async () => {
    const { pool, url: databaseUrl, tenants: db } = server.database;
    await pool.query('UPDATE epoch SET lease_ms = 60000');
    const proxy = await PartitionProxy.start(databaseUrl);
    const other = await TestServer.start({
      databaseUrl: proxy.url,
      deliveryUrl: `${server.origin}/cdn`,
      dataDir: server.dataDir,
    });
    try {
      const url = await server.sign(SHARED);
      const there = url.replace(server.origin, other.origin);
      expect(await statusOf(there)).toBe(200);
      proxy.hold();
      await pool.query(
        `INSERT INTO departures (id, tenant_id, owner_id, effective_at, claimed_until)
         VALUES ('cut-off', 'default', 'ada', now(), now() + interval '1 hour')`,
      );
      const { ownerKeys, changes, log } = server.assembly;
      const carrier = new CarryOut({ db, holder: pool, ownerKeys, changes, log, receiptWaitMs: 50 });
      await pool.query('UPDATE departures SET claimed_until = NULL');
      await carrier.ifDue('default', 'cut-off');
      const { body } = await call('GET', '/cut-off');
      expect([body.status, typeof body.epoch]).toEqual(['taking-effect', 'number']);
      expect([await statusOf(url), await statusOf(there)]).toEqual([403, 200]);
      expect((await call('GET', '?status=effective')).body.items).toEqual([]);
      expect((await call('GET', '?status=taking-effect')).body.items?.length).toBe(1);
      expect((await call('DELETE', '/cut-off')).body.code).toBe('departure-ended');
      expect((await plan({ owner: 'ada' })).body.status).toBe('taking-effect');

      proxy.heal();
      await effective('cut-off');
      expect(await statusOf(there)).toBe(403);
    } finally {
      proxy.heal();
      await other.stop();
      await proxy.close();
    }
  });

  it('can be undone until it takes effect, twice too, and not after', async () => {
    const planned = await plan({ owner: 'ada', at: YEAR_END });
    const undone = await call('DELETE', `/${planned.body.id}`);
    expect([undone.status, undone.body.status]).toEqual([200, 'undone']);
    expect((await call('DELETE', `/${planned.body.id}`)).status).toBe(200);
    expect((await plan({ owner: 'ada', at: YEAR_END })).status).toBe(201);
    const now = await plan({ owner: 'grace' });
    const late = await call('DELETE', `/${now.body.id}`);
    expect([late.status, late.body.code]).toEqual([409, 'departure-ended']);
    expect(await eventsOf('ada')).toEqual(['departure-planned', 'departure-undone', 'departure-planned']);
  });

  it('that was undone while it is carried out revokes nobody, and one that revoked cannot be undone', async () => {
    const { rows } = await server.database.pool.query<{ id: string }>(
      `INSERT INTO departures (id, tenant_id, owner_id, effective_at, transfer_to, claimed_until)
       VALUES ('meanwhile', 'default', 'ada', now(), 'grace', now() + interval '1 hour') RETURNING id`,
    );
    const { id } = rows[0]!;
    const url = await server.sign(OWN);
    const transferring = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const carrier = new CarryOut({
      db: server.database.tenants,
      holder: server.database.pool,
      ownerKeys: server.assembly.ownerKeys,
      changes: {
        transfer: async (...order) => {
          transferring.resolve(undefined);
          await goOn.promise;
          return server.assembly.changes.transfer(...order);
        },
      },
      log: server.assembly.log,
    });
    await server.database.pool.query('UPDATE departures SET claimed_until = NULL');
    const carried = carrier.ifDue('default', id);
    await transferring.promise;
    const undone = await call('DELETE', `/${id}`);
    goOn.resolve(undefined);
    await carried;
    expect([undone.status, undone.body.status]).toEqual([200, 'undone']);
    expect(await statusOf(url)).toBe(200);
    expect(await eventsOf('ada')).not.toContain('key-revoked');
    // That one is the new owner's all the same.
    expect((await call('GET', `/${id}`)).body.transferred).toBe(1);

    // Of a server that was killed between the revocation and what says so.
    await server.database.pool.query(
      `INSERT INTO departures (id, tenant_id, owner_id, effective_at, claimed_until)
       VALUES ('later', 'default', 'ada', now(), now() + interval '1 hour')`,
    );
    await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    const late = await call('DELETE', '/later');
    expect([late.status, late.body.code]).toEqual([409, 'departure-ended']);
  });

  it('with a transfer takes the permission to transfer, since whoever gets a document opens it', async () => {
    await server.stop();
    server = await TestServer.start({ roles: { OFFBOARDING: { only: ['owner:offboard'] } } });
    await server.addPhoto(OWN, ada);
    await server.addPhoto(SHARED, grace);
    const receiver = { id: 'receiver', roles: ['OFFBOARDING'] };
    const transfer = { to: 'grace', prefix: 'users/' };
    const refused = await call('POST', '', { owner: 'ada', transfer }, { as: receiver });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    const headers = { 'content-type': 'text/csv' };
    const csv = 'owner,transferTo\nada,grace\ngrace,\n';
    const list = await call('POST', '/batch', csv, { as: receiver, headers });
    expect(list.body.results?.map(({ error }) => error?.code)).toEqual(['forbidden', undefined]);
    const plain = await call('POST', '', { owner: 'ada' }, { as: receiver });
    expect([plain.status, plain.body.transferred]).toEqual([201, 0]);
  });

  it('keeps no URL that somebody pasted as the reason', async () => {
    const url = await server.sign(SHARED);
    const { body } = await plan({ owner: 'ada', at: YEAR_END, reason: `leaked ${url}`.slice(0, 200) });
    const signature = new URL(url).searchParams.get('sig')!;
    const { rows } = await server.database.pool.query<{ reason: string }>('SELECT reason FROM departures');
    expect([body.reason, rows[0]?.reason].join()).not.toContain(signature.slice(0, 20));
    expect(rows[0]?.reason).toContain('leaked');
  });

  it('is one departure when it is ordered again, by calls that meet too, and another one is refused', async () => {
    const order = { owner: 'ada', at: YEAR_END, transfer: { to: 'grace' } };
    const answers = await Promise.all([plan(order), plan(order), plan(order)]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const another = { owner: 'ada', transfer: { to: 'grace', prefix: 'public/' } };
    expect(await codes({ owner: 'ada', at: '2031-01-01T00:00:00Z' }, another)).toEqual([
      [409, 'departure-exists'],
      [409, 'departure-exists'],
    ]);
    const now = await Promise.all([plan({ owner: 'grace' }), plan({ owner: 'grace' })]);
    const again = await plan({ owner: 'grace' });
    expect(new Set([...now, again].map(({ body }) => body.id)).size).toBe(1);
    expect(again.body.status).toBe('effective');
  });

  it('is a new one for somebody who came back', async () => {
    const first = await plan({ owner: 'ada' });
    await server.call('POST', '/api/owners/ada/reinstate', { as: admin });
    const url = await server.sign(SHARED);
    const second = await plan({ owner: 'ada' });
    expect(second.body.id).not.toBe(first.body.id);
    expect(await statusOf(url)).toBe(403);
  });

  it('refuses what cannot be, and says what to change', async () => {
    await server.call('POST', '/api/owners/grace/revoke', { as: admin });
    expect(
      await codes(
        { owner: 'nobody' },
        { owner: 'ada', transfer: { to: 'nobody' } },
        { owner: 'ada', transfer: { to: 'grace' } },
        { owner: 'ada', transfer: { to: 'ada' } },
        { owner: 'ada', at: 'tomorrow' },
        { owner: 'ada', at: '2030-12-31T18:00:00' },
        { owner: 'ada', at: '2999-01-01T00:00:00Z' },
        { owner: 7 },
        { owner: 'x'.repeat(256) },
        { owner: 'ada', transfer: { to: 'grace', prefix: '' } },
        { owner: 'ada', when: YEAR_END },
        {},
      ),
    ).toEqual([
      [404, 'unknown-owner'],
      ...Array<unknown>(3).fill([409, 'transfer-target']),
      ...Array<unknown>(8).fill([400, 'invalid-request']),
    ]);
    expect((await plan({ owner: 'ada', at: 'tomorrow' })).body.detail).toContain('2026-12-31T18:00:00+01:00');
    expect((await call('GET', '/nothing')).body.code).toBe('unknown-departure');
    expect((await call('DELETE', '/nothing')).body.code).toBe('unknown-departure');
    expect((await call('POST', '', { owner: 'ada' }, { as: grace })).status).toBe(403);
    const { rows } = await server.database.pool.query('SELECT id FROM departures');
    expect(rows).toEqual([]);
  });

  it('is listed by its time, page by page', async () => {
    const times = ['2030-03-01T00:00:00Z', '2030-01-01T00:00:00Z'];
    await plan({ owner: 'ada', at: times[0] });
    await plan({ owner: 'grace', at: times[1] });
    const first = await call('GET', '?limit=1');
    expect(first.body.items?.map(({ owner }) => owner)).toEqual(['grace']);
    const second = await call('GET', `?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.items?.map(({ owner }) => owner)).toEqual(['ada']);
    expect(second.body.nextCursor).toBeNull();
    expect((await call('GET', '?status=effective')).body.items).toEqual([]);
    expect((await call('GET', '?cursor=nonsense')).body.code).toBe('invalid-request');
    expect((await call('GET', '?limit=0')).body.code).toBe('invalid-request');
  });

  it('is listed page by page whatever time somebody wrote', async () => {
    await plan({ owner: 'ada', at: '0001-01-01T00:00:00Z' });
    await plan({ owner: 'grace', at: '1969-01-01T00:00:00Z' });
    const first = await call('GET', '?limit=1');
    const second = await call('GET', `?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.items?.map(({ owner }) => owner)).toEqual(['grace']);
  });

  it('gives no further document away once it was undone', async () => {
    await server.addPhoto('public/team/second.png', ada);
    await server.assembly.departures.close();
    await server.database.pool.query(
      `INSERT INTO departures (id, tenant_id, owner_id, effective_at, transfer_to)
       VALUES ('undone-meanwhile', 'default', 'ada', now(), 'grace')`,
    );
    const given: string[] = [];
    const carrier = new CarryOut({
      db: server.database.tenants,
      holder: server.database.pool,
      ownerKeys: server.assembly.ownerKeys,
      log: server.assembly.log,
      changes: {
        transfer: async (...order) => {
          given.push(order[0].id);
          expect((await call('DELETE', '/undone-meanwhile')).body.status).toBe('undone');
          return server.assembly.changes.transfer(...order);
        },
      },
    });
    await carrier.ifDue('default', 'undone-meanwhile');
    expect(given.length).toBe(1);
    expect((await call('GET', '/undone-meanwhile')).body.transferred).toBe(1);
  });

  it('of a server that ends is left after the document under way, and gone on with at once by another', async () => {
    await server.addPhoto('public/team/second.png', ada);
    const parts = {
      db: server.database.tenants,
      holder: server.database.pool,
      ownerKeys: server.assembly.ownerKeys,
      log: server.assembly.log,
    };
    let ending: Promise<void> | undefined;
    const carrier: CarryOut = new CarryOut({
      ...parts,
      changes: {
        transfer: (...order) => {
          ending = carrier.close();
          return server.assembly.changes.transfer(...order);
        },
      },
    });
    // Nobody else is to be at it.
    await server.assembly.departures.close();
    await server.database.pool.query(
      `INSERT INTO departures (id, tenant_id, owner_id, effective_at, transfer_to)
       VALUES ('ends', 'default', 'ada', now(), 'grace')`,
    );
    await carrier.ifDue('default', 'ends');
    await ending;
    const { rows } = await server.database.pool.query(
      "SELECT status, transferred, claimed_until FROM departures WHERE id = 'ends'",
    );
    expect(rows).toEqual([{ status: 'scheduled', transferred: 1, claimed_until: null }]);
    await new CarryOut({ ...parts, changes: server.assembly.changes }).ifDue('default', 'ends');
    const { status, transferred, notTransferred } = (await call('GET', '/ends')).body;
    expect([status, transferred, notTransferred]).toEqual(['effective', 2, 0]);
  });

  it('of a server that was killed in the middle is finished by another', async () => {
    const url = await server.sign(SHARED);
    const { body } = await plan({ owner: 'ada', at: new Date(Date.now() + 500).toISOString() });
    // As a server leaves it that has claimed it and is no more.
    const { rowCount } = await server.database.pool.query(
      "UPDATE departures SET claimed_until = now() + interval '1.5 seconds' WHERE status = 'scheduled'",
    );
    expect(rowCount).toBe(1);
    await effective(body.id!);
    expect(await statusOf(url)).toBe(403);
  });

  it('is carried out once by servers that look at the same time', async () => {
    await plan({ owner: 'ada', at: new Date(Date.now() + 200).toISOString(), transfer: { to: 'grace' } });
    await sleep(200);
    const { ownerKeys } = server.assembly;
    const given: string[] = [];
    const { id } = (await call('GET', '')).body.items![0]!;
    const carriers = Array.from(
      { length: 4 },
      () =>
        new CarryOut({
          db: server.database.tenants,
          holder: server.database.pool,
          ownerKeys,
          changes: {
            transfer: ({ id }) => {
              given.push(id);
              return Promise.reject(new Error('not here'));
            },
          },
          log: server.assembly.log,
        }),
    );
    await Promise.all(carriers.map((carrier) => carrier.ifDue('default', id)));
    await effective(id);
    expect(given.length).toBeLessThanOrEqual(1);
    expect((await eventsOf('ada')).filter((event) => event === 'key-revoked')).toEqual(['key-revoked']);
  });

  describe('of a list', () => {
    it('is planned line by line: one that is refused does not hold up the others', async () => {
      const { status, body } = await sendList(
        '\ufeffowner,at,transferTo,transferPrefix,reason\r\n' +
          `ada,${YEAR_END},grace,public/,"moves, at last"\r\n` +
          'nobody,,,,\r\n' +
          '\r\n' +
          'grace,soon,,,\r\n' +
          'grace,,,public/,\r\n',
      );
      expect([status, body.planned, body.refused]).toEqual([200, 1, 3]);
      expect(body.results?.map(({ line, owner, error }) => [line, owner, error?.code])).toEqual([
        [2, 'ada', undefined],
        [3, 'nobody', 'unknown-owner'],
        [5, 'grace', 'invalid-request'],
        [6, 'grace', 'invalid-request'],
      ]);
      expect(body.results?.[0]?.departure?.reason).toBe('moves, at last');
      expect(body.results?.[2]?.error?.detail).toContain('at: ');
    });

    it('that holds what no database takes is refused in that line, and the others hold', async () => {
      const { status, body } = await sendList('owner,reason\na\0b,\ngrace,x\0y\nada,fine\n');
      expect([status, body.results?.map(({ error }) => error?.code)]).toEqual([
        200,
        ['invalid-request', undefined, undefined],
      ]);
    });

    it('is only looked at in a dry run', async () => {
      const url = await server.sign(SHARED);
      const { body } = await sendList('owner\nada\nnobody\n', '?dryRun=true');
      expect([body.planned, body.refused]).toEqual([1, 1]);
      expect(await statusOf(url)).toBe(200);
      expect((await call('GET', '')).body.items).toEqual([]);
    });

    it('that is none is refused whole', async () => {
      const many = `owner\n${Array.from({ length: 1001 }, (_, n) => `p${n}`).join('\n')}\n`;
      const lists = [
        '',
        'owner\n',
        'name\nada\n',
        'owner,owner\nada,ada\n',
        'owner,at\nada\n',
        'owner\n"ada\n',
        many,
      ];
      for (const list of lists) {
        const { status, body } = await sendList(list);
        expect([list.slice(0, 20), status, body.code]).toEqual([list.slice(0, 20), 400, 'invalid-request']);
      }
      const large = await sendList(`owner,reason\nada,${'x'.repeat(1_100_000)}\n`);
      expect(large.status).toBe(413);
      expect((await call('POST', '/batch', { owner: 'ada' })).body.code).toBe('invalid-request');
      expect((await call('GET', '')).body.items).toEqual([]);
    });
  });
});
