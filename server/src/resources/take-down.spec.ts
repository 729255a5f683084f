import { setTimeout as sleep } from 'node:timers/promises';
import { ada, admin, TestServer } from '../testing/test-server.ts';

const BLOCK = 4712;

describe('a takedown', () => {
  it('of very many resources keeps nobody else from revoking', async () => {
    const server = await TestServer.start();
    const { pool } = server.database;
    const rob = { id: 'rob', tenantId: 'rivals' };
    await server.addPhoto('public/team/1.png', ada);
    await server.addPhoto('public/team/1.png', rob);
    const url = await server.sign('public/team/1.png', ada);
    // Stands for the time that it takes to rotate them all.
    await pool.query(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_advisory_xact_lock(${BLOCK}); RETURN NEW; END $$;
       CREATE TRIGGER slow BEFORE UPDATE ON resources FOR EACH ROW EXECUTE FUNCTION slow()`,
    );
    const holder = await pool.connect();
    await holder.query(`SELECT pg_advisory_lock(${BLOCK})`);
    try {
      const takenDown = server.call('POST', '/api/paths/revoke', { as: admin, body: { prefix: 'public/' } });
      for (;;) {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${BLOCK} AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        if (rowCount) break;
        await sleep(20);
      }
      const rival = { ...admin, tenantId: 'rivals' };
      const revoked = await server.call('POST', '/api/owners/rob/revoke', { as: rival });
      expect(revoked.status).toBe(200);
      await holder.query(`SELECT pg_advisory_unlock(${BLOCK})`);
      expect((await takenDown).status).toBe(200);
      expect((await fetch(url)).status).toBe(403);
      const { rows } = await pool.query("SELECT rotation FROM resources WHERE tenant_id = 'default'");
      expect(rows).toEqual([{ rotation: 1 }]);
    } finally {
      await holder.query(`SELECT pg_advisory_unlock_all()`);
      holder.release();
      await server.stop();
    }
  });

  it('that is only looked at takes no more connections than searches do', async () => {
    const server = await TestServer.start();
    await server.addPhoto('public/team/1.png', ada);
    const connection = await server.database.pool.connect();
    await connection.query('BEGIN; LOCK TABLE resource_access_logs IN ACCESS EXCLUSIVE MODE');
    const preview = () =>
      server.call('POST', '/api/paths/revoke?dryRun=true', { as: admin, body: { prefix: 'public/' } });
    const previews = Array.from({ length: 15 }, preview);
    for (;;) {
      const { rowCount } = await server.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rowCount) break;
      await sleep(20);
    }
    await sleep(100);
    const others = server.call('GET', '/api/owners', { as: { ...admin, tenantId: 'rivals' } });
    const first = await Promise.race([others.then(({ status }) => status), sleep(4000, 'waits for them')]);
    await connection.query('COMMIT');
    connection.release();
    expect(first).toBe(200);
    const statuses = await Promise.all(previews.map(async (answer) => (await answer).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await server.stop();
  });
});
