import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { freshDatabase } from '../testing/test-database.ts';
import { ada, admin, grace, TestServer } from '../testing/test-server.ts';
import { statusAt } from './testing/dumped-world.ts';
import { baseBackupProgram, failoverAddress, startStandby } from './testing/standby.ts';

const PICTURE = 'public/team/a.png';
const OTHERS = 'public/team/g.png';

describe('a replica that is promoted while it lacks the last revocations', () => {
  it('is not served by a server that connects to it, until what it lacks is replayed: the old URL is 403', async () => {
    const program = await baseBackupProgram();
    if (program === undefined) {
      pending('needs pg_basebackup');
      return;
    }
    const database = await freshDatabase();
    const address = await failoverAddress(database.url);
    const dataDir = await mkdtemp(join(scratchFolder(), 'countersign-failover-'));
    const serve = (): Promise<TestServer> =>
      TestServer.start({ databaseUrl: address.url, dataDir, deliveryUrl: 'http://cdn.test/cdn' });
    let server = await serve();
    await server.addPhoto(PICTURE, ada);
    await server.addPhoto(OTHERS, grace);
    const [old, living] = [await server.sign(PICTURE), await server.sign(OTHERS, grace)];
    const standby = await startStandby(program, database.url);
    try {
      await standby.cutOff();
      const revoked = await server.call('POST', '/api/owners/ada/revoke', { as: admin });
      expect(revoked.status).toBe(200);
      expect([await statusAt(server, old), await statusAt(server, living)]).toEqual([403, 200]);
      await standby.promote();
      const revived = 'SELECT FROM signature_keys WHERE salt IS NULL';
      expect((await standby.pool.query(revived)).rowCount).toBe(0);

      address.leadTo(standby.port);
      // From the first request on: the new database says that the key lives.
      const answers = new Set<number>();
      const signed = new Set<number>();
      while ((await statusAt(server, living)) !== 503 || server.assembly.lease.refused === undefined) {
        answers.add(await statusAt(server, old));
        const body = { path: PICTURE, reason: 'r' };
        signed.add((await server.call('POST', '/api/resources/sign', { as: ada, body })).status);
        await sleep(5);
      }
      answers.add(await statusAt(server, old));
      expect([...answers, ...signed].filter((status) => status !== 403 && status !== 503)).toEqual([]);
      const refused = await fetch(old.replace('http://cdn.test', server.origin));
      expect(((await refused.json()) as { code: string }).code).toBe('database-behind');

      await server.stop();
      server = await serve();
      expect([await statusAt(server, old), await statusAt(server, living)]).toEqual([403, 200]);
      expect((await standby.pool.query(revived)).rowCount).toBe(1);
      expect(server.logged.join('')).toContain('went from timeline 00000001 to 00000002, as by a failover');
    } finally {
      await server.stop();
      await address.close();
      await standby.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 60_000);
});
