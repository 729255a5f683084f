import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commitmentOf } from '../audit/leaf.ts';
import { verifyAudit } from '../audit/verify.ts';
import { findPostgresBinaries } from '../platform/postgres-binaries.ts';
import { admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { erasePerson } from './erase-person.ts';

const NAME = 'lovelace-1815';
const ada: TestPerson = { id: NAME, roles: ['tenantMember'] };
const order = { tenantId: 'default', ownerId: NAME, actor: 'admin' };

interface KeptRow {
  salt: Buffer;
  commitment: Buffer;
  resource_path: string;
  actor: string;
  owner: string;
  reason: string;
  ip_prefix: string;
  user_agent: string;
}

describe('Erasing a person', () => {
  let server: TestServer;

  const erase = (of = order): ReturnType<typeof erasePerson> =>
    erasePerson({ db: server.database.tenants, ownerKeys: server.assembly.ownerKeys }, of);

  const refusal = async (of = order): Promise<string> =>
    erase(of).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );

  const revoke = (): Promise<Response> => server.call('POST', `/api/owners/${NAME}/revoke`, { as: admin });

  const giveAway = (): Promise<unknown> =>
    server.database.pool.query(`DELETE FROM resources WHERE owner_id = $1`, [NAME]);

  /** What they did, and what others did with what was theirs. */
  const live = async (): Promise<void> => {
    await server.addPhoto(`users/${NAME}/documents/a.png`, ada);
    await server.addPhoto('public/team/g.png', grace);
    await (await fetch(await server.sign(`users/${NAME}/documents/a.png`, ada))).arrayBuffer();
    await (await fetch(await server.sign('public/team/g.png', ada))).arrayBuffer();
    await server.sign('public/team/g.png', grace);
    await server.call('GET', `/api/audit/logs?owner=${NAME}`, { as: admin });
    await server.call('GET', `/api/audit/logs?pathPrefix=users/${NAME}/`, { as: admin });
    await server.auditRows('delivery');
  };

  beforeEach(async () => {
    server = await TestServer.start();
  });

  afterEach(() => server.stop());

  it('is refused while the key lives, or anything is theirs, and of somebody unknown', async () => {
    await live();
    expect(await refusal()).toBe('owner-active');
    await revoke();
    expect(await refusal()).toBe('owner-has-resources');
    expect(await refusal({ ...order, ownerId: 'nobody' })).toBe('unknown-owner');
    expect(await refusal({ ...order, tenantId: 'other' })).toBe('unknown-owner');
    expect((await server.auditRows('issuance')).some(({ owner }) => owner === NAME)).toBeTrue();
  });

  it('leaves every row, names them in none, and keeps what others did', async () => {
    await live();
    await revoke();
    await giveAway();
    const count = async (): Promise<number> =>
      (
        await server.database.pool.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM resource_access_logs WHERE event <> 'person-erased'`,
        )
      ).rows[0]?.n ?? 0;
    const before = await count();
    const { rows: named } = await server.database.pool.query(
      `SELECT FROM resource_access_logs l WHERE l::text LIKE '%' || $1 || '%'`,
      [NAME],
    );
    const { erasureId, rows } = await erase();
    expect(rows).toBe(named.length);
    expect(rows).toBeGreaterThan(6);
    expect(await count()).toBe(before);

    const emptied = (await server.auditRows('issuance')).filter(({ actor }) => actor === null);
    expect(emptied.length).toBe(2);
    for (const row of emptied) {
      const { resource_path, owner, reason, ip_prefix, user_agent, salt } = row;
      expect([resource_path, owner, reason, ip_prefix, user_agent, salt]).toEqual(new Array(6).fill(null));
      expect(row['commitment']).toEqual(jasmine.any(Buffer));
      expect(row['kid']).toEqual(jasmine.any(String));
    }
    const kept = (await server.auditRows('issuance')).filter(({ actor }) => actor !== null);
    expect(kept).toEqual([jasmine.objectContaining({ actor: 'grace', owner: 'grace', reason: 'test' })]);
    const other = kept[0] as unknown as KeptRow;
    const { resource_path: path, actor, owner, reason, ip_prefix: ipPrefix, user_agent: userAgent } = other;
    expect(commitmentOf(other.salt, { path, actor, owner, reason, ipPrefix, userAgent })).toEqual(
      other.commitment,
    );

    expect(await server.auditRows('person-erased')).toEqual([
      jasmine.objectContaining({
        actor: 'admin',
        owner: null,
        resource_id: erasureId,
        reason: `rows=${rows}`,
      }),
    ]);
    // One by one the personal columns of an erased row can no longer be proved; everything else can.
    expect(await verifyAudit({ database: server.database.pool })).toEqual(
      jasmine.objectContaining({ holds: true, erased: rows, findings: [] }),
    );
  });

  it('leaves the name nowhere in a full dump of the database', async () => {
    const { bin } = await findPostgresBinaries();
    const program = [join(bin, 'pg_dump'), '/usr/bin/pg_dump'].find((file) => existsSync(file));
    if (!program) {
      pending('there is no pg_dump beside this PostgreSQL');
      return;
    }
    const dump = async (): Promise<string> =>
      (await promisify(execFile)(program, ['--dbname', server.database.url], { maxBuffer: 1e9 })).stdout;
    await live();
    await revoke();
    await giveAway();
    expect(await dump()).toContain(NAME);
    await erase();
    const after = await dump();
    expect(after).not.toContain(NAME);
    expect(after).toContain('person-erased');
  });

  it('keeps what was theirs dead, and the receipt of its revocation', async () => {
    await live();
    const url = await server.sign(`users/${NAME}/documents/a.png`, ada);
    const { epoch } = (await (await revoke()).json()) as { epoch: number };
    await giveAway();
    await erase();
    expect((await fetch(url)).status).toBe(403);
    expect((await server.call('GET', `/api/receipts/${epoch}`, { as: admin })).status).toBe(200);
    expect((await server.call('POST', `/api/owners/${NAME}/reinstate`, { as: admin })).status).toBe(404);
  });

  it('may be repeated, and catches what came in since', async () => {
    await live();
    await revoke();
    await giveAway();
    await erase();
    expect(await refusal()).toBe('unknown-owner');
    await server.database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, owner, writer, batch_no, row_no)
       VALUES (now() - INTERVAL '40 days', 'delivery', 'default', $1, gen_random_uuid(), 0, 0)`,
      [NAME],
    );
    expect((await erase()).rows).toBe(1);
    expect((await server.auditRows('person-erased')).length).toBe(2);
  });

  it('is of one tenant: their namesake elsewhere stays', async () => {
    const namesake = { ...ada, tenantId: 'other' };
    await server.addPhoto('public/team/n.png', namesake);
    await server.sign('public/team/n.png', namesake);
    await live();
    await revoke();
    await giveAway();
    await erase();
    const rows = (await server.auditRows('issuance')).filter(({ tenant_id }) => tenant_id === 'other');
    expect(rows).toEqual([jasmine.objectContaining({ actor: NAME, owner: NAME })]);
    expect(await server.sign('public/team/n.png', namesake)).toContain('/cdn/');
  });
});
