import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOtherServer, type OtherServer } from '../testing/other-server.ts';
import { ada, TestServer } from '../testing/test-server.ts';
import { pngOf } from '../testing/pictures.ts';

const BLOCK = 4712;

/** Where a move stands still, until whoever makes it is killed. */
const FAULTS = `
  CREATE TABLE test_faults (place text);
  CREATE FUNCTION test_fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF EXISTS (SELECT FROM test_faults WHERE place = TG_ARGV[0]) THEN PERFORM pg_advisory_xact_lock(${BLOCK}); END IF;
    RETURN coalesce(NEW, OLD);
  END $$;
  CREATE TRIGGER test_fault BEFORE INSERT ON discarded_blobs FOR EACH ROW EXECUTE FUNCTION test_fault('announce');
  CREATE TRIGGER test_fault_taken BEFORE DELETE ON discarded_blobs FOR EACH ROW EXECUTE FUNCTION test_fault('switch');
  CREATE TRIGGER test_fault BEFORE UPDATE ON receipts FOR EACH ROW EXECUTE FUNCTION test_fault('receipt')`;

const STEPS = [
  ['announce', 'when it announces the copy', 'old'],
  ['switch', 'when the copy is made and verified, in the transaction that takes it', 'old'],
  ['receipt', 'when the move is committed, before the old bytes are removed', 'new'],
] as const;

describe('A move whose server is killed', () => {
  let server: TestServer;
  let others: OtherServer[];

  beforeAll(async () => {
    server = await TestServer.start();
    await server.database.pool.query(FAULTS);
    others = await Promise.all(STEPS.map(() => startOtherServer(server)));
  }, 60_000);

  afterAll(async () => {
    for (const { child, remove } of others) {
      child.kill('SIGKILL');
      await remove();
    }
    await server.stop();
  });

  const stands = async (): Promise<void> => {
    for (;;) {
      const { rowCount } = await server.database.pool.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${BLOCK} AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (rowCount) return;
      await sleep(20);
    }
  };
  const objects = async (): Promise<string[]> => {
    await server.assembly.leftovers.clear();
    const found: string[] = [];
    for await (const { key } of server.assembly.blobs.list()) found.push(key);
    return found.sort();
  };
  const rowOf = async (id: string) => {
    const { rows } = await server.database.pool.query<{ path: string; key: string }>(
      'SELECT path, object_key AS key FROM resources WHERE id = $1',
      [id],
    );
    return rows[0]!;
  };

  for (const [index, [place, when, which]] of STEPS.entries()) {
    it(`${when} leaves the ${which} path and its bytes, and nothing else once it is swept`, async () => {
      const { pool } = server.database;
      const bytes = pngOf(1000 + index);
      const path = `users/ada/documents/kill-${place}.png`;
      await server.addPhoto(path, ada, bytes);
      const made = await server.call('POST', '/api/collections', {
        as: { id: 'ada', roles: ['ADM'] },
        body: { name: place },
      });
      const { id: collection } = (await made.json()) as { id: string };
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM resources WHERE path = $1', [path]);
      const id = rows[0]!.id;
      const url = await server.sign(path);
      const assign = (origin: string) =>
        fetch(`${origin}/api/resources/${id}/assign`, {
          method: 'POST',
          headers: { authorization: `Bearer ${server.tokenOf(ada)}`, 'content-type': 'application/json' },
          body: JSON.stringify({ collection }),
        });

      const holder = await pool.connect();
      await holder.query(`SELECT pg_advisory_lock(${BLOCK})`);
      await pool.query('INSERT INTO test_faults VALUES ($1)', [place]);
      const { child, origin } = others[index]!;
      const lost = assign(origin).catch(() => undefined);
      await stands();
      child.kill('SIGKILL');
      await once(child, 'exit');
      await lost;
      await pool.query('DELETE FROM test_faults');
      await holder.query(`SELECT pg_advisory_unlock(${BLOCK})`);
      holder.release();
      // As if the lease of who was killed were over, and the hour of its copy.
      await pool.query(`UPDATE holders SET ended_at = now() WHERE holder_id LIKE '%:${child.pid}'`);
      await pool.query('UPDATE discarded_blobs SET discarded_at = now()');

      const left = await rowOf(id);
      expect(left.path === path).toBe(which === 'old');
      const now = which === 'old' ? url : await server.sign(left.path);
      expect(Buffer.from(await (await fetch(now)).arrayBuffer()).equals(bytes)).toBeTrue();
      if (which === 'new') expect((await fetch(url)).status).toBe(403);
      const known = async () =>
        (await pool.query<{ key: string }>('SELECT object_key AS key FROM resources')).rows
          .map(({ key }) => key)
          .sort();
      expect(await objects()).toEqual(await known());
      expect((await pool.query('SELECT FROM discarded_blobs')).rowCount).toBe(0);

      // Whoever asks again gets what the killed one would have answered.
      const again = (await (await assign(server.origin)).json()) as { oldPath: string; newPath: string };
      expect(again.oldPath).toBe(path);
      expect(again.newPath).toBe((await rowOf(id)).path);
      expect((await fetch(url)).status).toBe(403);
      expect(
        Buffer.from(await (await fetch(await server.sign(again.newPath))).arrayBuffer()).equals(bytes),
      ).toBeTrue();
    });
  }
});
