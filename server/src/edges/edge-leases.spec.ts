import { setTimeout as sleep } from 'node:timers/promises';
import { leaseExpired, type Lease } from '../leases/lease.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import type { DeadIncarnations } from './dead-incarnations.ts';
import type { EdgePrincipal } from './edge-door.ts';
import { EdgeLeases } from './edge-leases.ts';
import { EdgeResolver } from './edge-resolver.ts';
import { endEdge } from './edge.store.ts';

type OfServer = Pick<Lease, 'holds' | 'refusal' | 'applied'>;

describe('an edge that asks', () => {
  let server: TestServer;
  let edge: EdgePrincipal;
  let kid: string;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    kid = new URL(await server.sign('public/team/a.png', ada)).searchParams.get('kid') ?? '';
    const { credentials, door } = server.assembly.edges;
    const { credential } = await credentials.add({ tenantId: 'default', name: 'lyon', actor: admin.id });
    edge = (await door.admit(credential, '/edges/lease'))!;
  });
  afterAll(() => server.stop());

  const isLent = async (lease: OfServer): Promise<boolean> => {
    const dead = { countOut: () => undefined } as unknown as DeadIncarnations;
    const leases = new EdgeLeases(server.database.pool, lease, server.assembly.edges.door, dead);
    return leases.ask(edge, { incarnation: crypto.randomUUID() }).then(
      () => true,
      (error: { code: string }) => error.code !== 'lease-expired',
    );
  };
  const isTold = async (lease: OfServer): Promise<boolean> => {
    const { keys, edges } = server.assembly;
    const resolver = new EdgeResolver(server.database.pool, lease, keys, edges.door);
    return resolver.resolve(edge, { kids: [kid], paths: [] }).then(
      (told) => told.keys.length === 1,
      (error: { code: string }) => error.code !== 'lease-expired',
    );
  };
  /** @returns a run that has registered */
  const begun = async (): Promise<string> => {
    const incarnation = crypto.randomUUID();
    await server.assembly.edges.leases.ask(edge, { incarnation });
    return incarnation;
  };
  const waitsForLock = async (): Promise<void> => {
    for (;;) {
      const { rowCount } = await server.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rowCount) return;
      await sleep(5);
    }
  };
  const serving: OfServer = { holds: () => true, refusal: leaseExpired(), applied: 0 };

  it('is lent a lease and told a key by a server that may serve', async () => {
    expect([await isLent(serving), await isTold(serving)]).toEqual([true, true]);
  });

  it('gets neither from a server that may not serve itself', async () => {
    const over = { ...serving, holds: () => false };
    expect([await isLent(over), await isTold(over)]).toEqual([false, false]);
  });

  it('gets neither from a database that is behind what the server has applied', async () => {
    const ahead = { ...serving, applied: 1_000_000 };
    expect([await isLent(ahead), await isTold(ahead)]).toEqual([false, false]);
  });

  it('is lent nothing when it is declared ended while it acknowledges', async () => {
    const { leases } = server.assembly.edges;
    const incarnation = crypto.randomUUID();
    await leases.ask(edge, { incarnation });
    const revoked = await server.call('POST', '/api/paths/revoke', {
      as: admin,
      body: { prefix: 'public/team/' },
    });
    // It was silent for too long: the receipt that waited for it has ended it, and this is the same once more.
    const { epoch } = (await revoked.json()) as { epoch: number };
    const { pool } = server.database;
    await pool.query('UPDATE holders SET ended_at = NULL WHERE incarnation = $1', [incarnation]);
    const ending = await pool.connect();
    await ending.query('BEGIN');
    await ending.query('UPDATE holders SET ended_at = now() WHERE incarnation = $1', [incarnation]);
    const asked = leases.ask(edge, { incarnation, cursor: epoch, acknowledged: epoch }).then(
      () => 'lent',
      (error: { code: string }) => error.code,
    );
    await waitsForLock();
    await ending.query('COMMIT');
    ending.release();
    expect(await asked).toBe('incarnation-ended');
  });

  it('is lent nothing in the name of a run of another edge', async () => {
    const { credentials, door, leases } = server.assembly.edges;
    const incarnation = await begun();
    const { credential } = await credentials.add({ tenantId: 'default', name: 'metz', actor: admin.id });
    const other = (await door.admit(credential, '/edges/lease'))!;
    const { epoch } = await leases.ask(edge, { incarnation, cursor: 0 });
    const asked = leases.ask(other, { incarnation, cursor: epoch }).then(
      () => 'lent',
      (error: { code: string }) => error.code,
    );
    expect(await asked).toBe('incarnation-ended');
  });

  it('hears nothing of what other tenants have changed', async () => {
    const { leases } = server.assembly.edges;
    const incarnation = await begun();
    const { epoch } = await leases.ask(edge, { incarnation, cursor: 0 });
    const eve = { id: 'eve', tenantId: 'rivals' };
    await server.addPhoto('public/team/secret.png', eve);
    await server.assembly.ownerKeys.revokeSignatureKey({ tenantId: 'rivals', ownerId: 'eve', actor: 'test' });
    const { epoch: now, changes, drop } = await leases.ask(edge, { incarnation, cursor: epoch });
    expect(now).toBeGreaterThan(epoch);
    expect([drop, changes]).toEqual([false, []]);
  });

  it('is told no key by a credential whose time is over, though it was good a moment ago', async () => {
    const { credentials, door, resolver } = server.assembly.edges;
    const { id, credential } = await credentials.add({ tenantId: 'default', name: 'nice', actor: admin.id });
    const old = (await door.admit(credential, '/edges/resolve'))!;
    await credentials.rotate({ tenantId: 'default', id, actor: admin.id }, 60);
    expect((await resolver.resolve(old, { kids: [kid], paths: [] })).keys.length).toBe(1);
    await server.database.pool.query(
      "UPDATE edges SET previous_until = now() - interval '1 second' WHERE id = $1",
      [id],
    );
    await expectAsync(resolver.resolve(old, { kids: [kid], paths: [] })).toBeRejected();
  });

  it('is told no key when it is revoked while the key is looked up', async () => {
    const { credentials, door, resolver } = server.assembly.edges;
    const { id, credential } = await credentials.add({ tenantId: 'default', name: 'pau', actor: admin.id });
    const caller = (await door.admit(credential, '/edges/resolve'))!;
    const revoking = await server.database.pool.connect();
    await revoking.query('BEGIN');
    await endEdge(revoking as unknown as TenantConnection, id);
    const asked = resolver.resolve(caller, { kids: [kid], paths: [] }).then(
      () => 'told',
      () => 'refused',
    );
    await waitsForLock();
    await revoking.query('COMMIT');
    revoking.release();
    expect(await asked).toBe('refused');
    const { rows } = await server.database.pool.query('SELECT FROM edge_told_keys WHERE edge_id = $1', [id]);
    expect(rows.length).toBe(0);
  });

  it('drops everything rather than take more changes than an answer holds', async () => {
    const { leases } = server.assembly.edges;
    const incarnation = crypto.randomUUID();
    const { epoch } = await leases.ask(edge, { incarnation });
    const { pool } = server.database;
    await pool.query(
      `WITH more AS (
         INSERT INTO epoch_log (n, tenant_id, change, kids, paths, signature_ids, prefixes)
         SELECT $1::bigint + i, 'default', 'key-rotated', '{}', '{}', '{}', '{}' FROM generate_series(1, 1001) AS i
         RETURNING n)
       UPDATE epoch SET n = (SELECT max(n) FROM more)`,
      [epoch],
    );
    const some = await leases.ask(edge, { incarnation, cursor: epoch + 1 });
    expect([some.drop, some.changes.length]).toEqual([false, 1000]);
    const all = await leases.ask(edge, { incarnation, cursor: epoch });
    expect([all.drop, all.changes.length, all.epoch]).toEqual([true, 0, epoch + 1001]);
  });
});
