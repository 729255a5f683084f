import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { TenantDatabase } from '../platform/tenant-database.ts';
import { startLocalPostgres, type LocalPostgres } from '../platform/local-postgres.ts';
import { migrate } from '../platform/migrate.ts';
import { Problem } from '../platform/problem.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { auditLogs } from './audit-logs.ts';
import {
  activeKey,
  countsBySignature,
  delivery,
  eventually,
  issuance,
  silent,
} from './testing/audit-database.ts';
import { spoolFiles } from './testing/spool-folder.ts';

describe('The audit while the database is down', () => {
  let folder: string;
  let postgres: LocalPostgres;
  let database: Database;

  const start = (): Promise<LocalPostgres> =>
    startLocalPostgres({ dir: join(folder, 'postgres'), log: silent, fsync: false });

  beforeEach(async () => {
    folder = await mkdtemp(join(scratchFolder(), 'countersign-outage-'));
    // When this is root, the server's user must get through it.
    await chmod(folder, 0o711);
    postgres = await start();
    await migrate(postgres.url, silent);
    database = openDatabase(postgres.url, silent);
  });

  afterEach(async () => {
    await database.end();
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  it('refuses to sign, goes on recording deliveries, and catches up when the database is back', async () => {
    const kid = await activeKey(database, 'ada');
    const spool = join(folder, 'spool');
    const audit = auditLogs({
      database,
      owner: database,
      readers: { tenants: new TenantDatabase(database), auditor: database },
      folder: spool,
      writers: { issuances: randomUUID(), deliveries: randomUUID() },
      holder: 'gateway-1',
      deadlineMs: 300,
      spoolMaxBytes: 1e8,
      clock: systemClock,
      log: silent,
    });
    await audit.start();
    expect(await audit.issuances.record([issuance(kid, 'before')])).toEqual([true]);

    const underWay = Array.from({ length: 20 }, (_, n) =>
      audit.issuances.record([issuance(kid, `during-${n}`)]),
    );
    const outcomes = Promise.allSettled(underWay);
    await postgres.stop();
    const left = (await outcomes).flatMap(({ status }, n) =>
      status === 'fulfilled' ? [`sig_during-${n}`] : [],
    );
    await expectAsync(audit.issuances.record([issuance(kid, 'refused')])).toBeRejectedWithError(Problem);
    for (let turn = 0; turn < 30; turn++) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => audit.spool.append(delivery(`${turn}-${n}`))));
    }
    for (let n = 0; n < 500; n++) {
      const row = delivery('none', {
        event: 'denial',
        signatureId: undefined,
        reason: 'signature',
        status: 403,
      });
      audit.denials.denied({ cause: 'signature', macHeld: false, ipPrefix: '203.0.113.0/24', row });
    }

    postgres = await start();
    await eventually(() => spoolFiles(spool).length === 0);
    await eventually(async () => {
      const answer = await audit.issuances.record([issuance(kid, 'after')]).catch(() => []);
      return answer[0] ?? false;
    });
    await audit.close();
    const counts = await countsBySignature(database);
    for (const id of left) expect(counts.get(id)).toBe(1);
    for (let turn = 0; turn < 30; turn++) {
      for (let n = 0; n < 100; n++) expect(counts.get(`sig_${turn}-${n}`)).toBe(1);
    }
    const { rows } = await database.query('SELECT sum(denials)::int AS denials FROM denial_counts');
    expect(rows).toEqual([{ denials: 500 }]);
  });
});
