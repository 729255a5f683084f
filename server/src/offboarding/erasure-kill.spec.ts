import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { startOtherServer } from '../testing/other-server.ts';
import { admin, TestServer } from '../testing/test-server.ts';
import { verifyCertificate, type Certificate } from './certificate.ts';
import { ERASURE_STEPS, type ErasureStep } from './erasure.ts';

const BLOCK = 4711;

interface Answer {
  id: string;
  status: string;
  next: string | null;
  failure: string | null;
  certificate: Certificate | null;
}

/** What happens at the end of a step, in the transaction that ends it. */
const FAULTS = `
  CREATE TABLE test_faults (step text, kind text);
  CREATE FUNCTION test_fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE fault text;
  BEGIN
    SELECT kind INTO fault FROM test_faults WHERE step = OLD.step;
    IF fault = 'end' THEN PERFORM pg_terminate_backend(pg_backend_pid());
    ELSIF fault = 'block' THEN PERFORM pg_advisory_xact_lock(${BLOCK});
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER test_fault BEFORE UPDATE ON erasures FOR EACH ROW
    WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION test_fault()`;

describe('An erasure that is interrupted', () => {
  let server: TestServer;
  let pool: pg.Pool;
  let people = 0;

  beforeAll(async () => {
    server = await TestServer.start();
    pool = server.database.pool;
    await pool.query(FAULTS);
  });

  afterAll(() => server.stop());
  afterEach(() => pool.query('DELETE FROM test_faults'));

  const fault = (step: ErasureStep, kind: 'end' | 'block') =>
    pool.query('INSERT INTO test_faults VALUES ($1, $2)', [step, kind]);
  const noFault = () => pool.query('DELETE FROM test_faults');

  /** Somebody with two pictures, who did something with one. */
  const somebody = async (): Promise<string> => {
    const id = `victim-${(people += 1)}-of-many`;
    await server.addPhoto(`public/team/${id}-a.png`, { id });
    await server.addPhoto(`users/${id}/documents/b.png`, { id });
    await (await fetch(await server.sign(`public/team/${id}-a.png`, { id }))).arrayBuffer();
    await server.auditRows('delivery');
    return id;
  };
  const keysOf = async (id: string): Promise<string[]> =>
    (
      await pool.query<{ key: string }>('SELECT object_key AS key FROM resources WHERE owner_id = $1', [id])
    ).rows.map(({ key }) => key);
  const fileOf = (key: string): string => join(server.dataDir, 'files', 'objects', key.slice(0, 2), key);
  const emptiedRows = async (): Promise<number> =>
    (await pool.query('SELECT FROM resource_access_logs WHERE salt IS NULL AND commitment IS NOT NULL'))
      .rowCount ?? 0;

  const order = (id: string, origin = server.origin): Promise<Response> =>
    fetch(`${origin}/api/owners/${id}/erase`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.tokenOf(admin)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ confirm: id }),
    });
  const answered = async (id: string): Promise<Answer & { code: number }> => {
    const response = await order(id);
    return { ...((await response.json()) as Answer), code: response.status };
  };

  /** Waits until somebody stands at the fault. */
  const stands = async (): Promise<void> => {
    for (;;) {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${BLOCK} AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (rowCount) return;
      await sleep(20);
    }
  };
  const blocked = async (work: () => Promise<void>): Promise<void> => {
    const holder = await pool.connect();
    await holder.query(`SELECT pg_advisory_lock(${BLOCK})`);
    try {
      await work();
    } finally {
      await holder.query(`SELECT pg_advisory_unlock(${BLOCK})`);
      holder.release();
    }
  };

  const expectWhole = async (
    id: string,
    keys: string[],
    emptiedBefore: number,
    answer: Answer,
  ): Promise<void> => {
    expect([answer.status, answer.failure]).toEqual(['done', null]);
    const certificate = answer.certificate!;
    const { publicKey } = server.assembly.auditProof.publicKey();
    expect(
      verifyCertificate(JSON.stringify(certificate), [createPublicKey(publicKey)]).fault,
    ).toBeUndefined();
    expect(certificate.deleted).toEqual({
      objects: 2,
      absent: 0,
      derivatives: 0,
      resourceRows: 2,
      keys: 1,
      memberships: 0,
      auditRows: (await emptiedRows()) - emptiedBefore,
    });
    expect(certificate.held).toEqual(jasmine.objectContaining({ resources: 2, bytes: 140 }));
    expect(certificate.probes).toEqual(jasmine.objectContaining({ urls: 2, allRefused: true }));
    expect(certificate.receipt?.epoch).toBeGreaterThan(0);
    expect(certificate.steps.map(({ step }) => step)).toEqual([...ERASURE_STEPS]);
    expect(keys.filter((key) => existsSync(fileOf(key)))).toEqual([]);
    const { rows } = await pool.query<{ n: number }>(
      `SELECT ((SELECT count(*) FROM erasure_items) + (SELECT count(*) FROM resources WHERE owner_id = $1)
         + (SELECT count(*) FROM owners WHERE owner_id = $1) + (SELECT count(*) FROM erasures e WHERE e::text LIKE '%' || $1 || '%')
         + (SELECT count(*) FROM epoch_log e WHERE e::text LIKE '%' || $1 || '%')
         + (SELECT count(*) FROM resource_access_logs l WHERE l::text LIKE '%' || $1 || '%'))::int AS n`,
      [id],
    );
    expect(rows[0]!.n).toBe(0);
    expect((await answered(id)).certificate).toEqual(certificate);
    const events = (await server.auditRows('person-erased')).filter(
      (row) => row['resource_id'] === answer.id,
    );
    expect(events.length).toBe(1);
  };

  for (const step of ERASURE_STEPS) {
    it(`by the end of the database connection at the end of the step ${step} is gone on with`, async () => {
      const id = await somebody();
      const keys = await keysOf(id);
      const emptied = await emptiedRows();
      await fault(step, 'end');
      const first = await answered(id);
      expect([first.code, first.status, first.next, first.failure, first.certificate]).toEqual([
        ...[202, 'under-way', step, 'internal', null],
      ]);
      await noFault();
      await expectWhole(id, keys, emptied, await answered(id));
    });
  }

  for (const step of ['delete', 'remove', 'erase'] as const) {
    it(`by the stop of its server in the step ${step} is gone on with by the next that starts`, async () => {
      const id = await somebody();
      const keys = await keysOf(id);
      const emptied = await emptiedRows();
      const other = await startOther();
      await fault(step, 'block');
      await blocked(async () => {
        const lost = order(id, other.origin).catch(() => undefined);
        await stands();
        if (step === 'delete') {
          const reinstated = await server.call('POST', `/api/owners/${id}/reinstate`, {
            as: admin,
            body: {},
          });
          expect([reinstated.status, ((await reinstated.json()) as { code: string }).code]).toEqual([
            ...[409, 'owner-erasing'],
          ]);
        }
        other.child.kill(step === 'erase' ? 'SIGTERM' : 'SIGKILL');
        if (step !== 'erase') await once(other.child, 'exit');
        await lost;
        await noFault();
      });
      if (step === 'erase') await once(other.child, 'exit');
      // As if the time had passed for which the dead server keeps it to itself.
      await pool.query(`UPDATE erasures SET claimed_until = now() WHERE step <> 'done'`);
      await expectWhole(id, keys, emptied, await answered(id));
      await other.remove();
    });
  }

  const startOther = () => startOtherServer(server);

  it('by a disk that does not delete goes on once it does, and keeps nothing else until then', async () => {
    const id = await somebody();
    const keys = await keysOf(id);
    const emptied = await emptiedRows();
    for (const path of [`public/team/${id}-a.png`, `users/${id}/documents/b.png`]) {
      await (await fetch(await server.sign(path, { id, roles: ['tenantMember'] }))).arrayBuffer();
    }
    const stuck = fileOf(keys[0]!);
    await rm(stuck);
    await mkdir(stuck);
    await writeFile(join(stuck, 'x'), '');
    const first = await answered(id);
    expect([first.code, first.next, first.failure]).toEqual([
      ...[202, 'delete', 'objects-left: 1 stored objects could not be deleted'],
    ]);
    expect(existsSync(fileOf(keys[1]!))).toBeFalse();
    const read = await server.call('GET', `/api/erasures/${first.id}`, { as: admin });
    expect(((await read.json()) as Answer).failure).toBe(first.failure);
    expect((await server.call('GET', `/api/erasures/${first.id}/certificate`, { as: admin })).status).toBe(
      404,
    );
    await rm(stuck, { recursive: true });
    await expectWhole(id, keys, emptied, await answered(id));
  });

  it('by nobody, but ordered twice at once, is one', async () => {
    const id = await somebody();
    const keys = await keysOf(id);
    const emptied = await emptiedRows();
    const [a, b] = await Promise.all([answered(id), answered(id)]);
    expect(a.id).toBe(b.id);
    expect(a.certificate).toEqual(b.certificate);
    await expectWhole(id, keys, emptied, a);
  });

  it('takes what is given to the person meanwhile', async () => {
    const id = await somebody();
    await fault('remove', 'block');
    let answer: Promise<Answer> | undefined;
    await blocked(async () => {
      answer = answered(id);
      await stands();
      await server.addPhoto('public/team/given.png', { id: 'giver' });
      await pool.query(`UPDATE resources SET owner_id = $1 WHERE path = 'public/team/given.png'`, [id]);
    });
    const { certificate } = (await answer)!;
    expect([certificate?.held.resources, certificate?.deleted.resourceRows]).toEqual([3, 3]);
  });
});

describe('A gateway that goes on serving', () => {
  it('keeps an erasure from its certificate, and is named', async () => {
    const gateway = createServer((_request, response) => void response.end('cached'));
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/cdn`;
    const server = await TestServer.start({ gatewayAddresses: [`${address}/`] });
    try {
      await server.addPhoto('public/team/a.png', { id: 'ada' });
      const response = await server.call('POST', '/api/owners/ada/erase', {
        as: admin,
        body: { confirm: 'ada' },
      });
      const { next, failure, certificate } = (await response.json()) as Answer;
      expect([response.status, next, failure, certificate]).toEqual([
        ...[202, 'recheck', `still-served: ${address} still delivers what was deleted`, null],
      ]);
    } finally {
      await server.stop();
      gateway.closeAllConnections();
      gateway.close();
    }
  });
});
