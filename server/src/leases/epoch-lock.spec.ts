import { openDatabase, transaction, type Database } from '../platform/database.ts';
import { pino } from 'pino';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { advanceEpoch } from './epoch.store.ts';
import { leaseTime } from './lease-time.store.ts';

describe('the lock of the epoch', () => {
  let database: TestDatabase;
  let others: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    others = openDatabase(database.url, pino({ level: 'silent' }));
  });

  afterAll(async () => {
    await others.end();
    await database.drop();
  });

  it('is taken from a server that stops before its COMMIT, so that the others can revoke', async () => {
    const change = { tenantId: 'default', change: 'key-revoked', ownerId: 'ada' } as const;
    const stopped = await others.connect();
    await stopped.query('BEGIN');
    expect(await advanceEpoch(stopped, change)).toBe(1);
    // It says nothing any more, as when it is paused or its network is gone.
    const epoch = await transaction(database.pool, (connection) => advanceEpoch(connection, change));
    expect(epoch).toBe(1);
    await expectAsync(stopped.query('COMMIT')).toBeRejected();
    stopped.release(true);
    expect((await leaseTime(database.pool)).epoch).toBe(1);
  });
});
