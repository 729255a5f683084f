import { transaction } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { writeEvent } from './event.store.ts';

describe('writeEvent', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(() => database.drop());

  const all = async () =>
    (await database.pool.query('SELECT * FROM resource_access_logs ORDER BY event')).rows;

  it('records what the transaction did, exactly when it is committed', async () => {
    const revoked = { event: 'key-revoked', tenantId: 'acme', actor: 'admin', owner: 'ada', reason: 'left' };
    await transaction(database.pool, async (connection) => {
      await writeEvent(connection, revoked);
      await writeEvent(connection, {
        event: 'resource-created',
        tenantId: 'acme',
        path: 'a/b.jpg',
        actor: 'ada',
        bytes: 7,
      });
      expect(await all()).toEqual([]);
    });
    const [first, second] = await all();
    expect(first).toEqual(
      jasmine.objectContaining({
        event: 'key-revoked',
        tenant_id: 'acme',
        actor: 'admin',
        owner: 'ada',
        reason: 'left',
      }),
    );
    expect(second).toEqual(jasmine.objectContaining({ event: 'resource-created', resource_path: 'a/b.jpg' }));
    expect(Number(second.bytes)).toBe(7);
  });

  it('records nothing of a transaction that is rolled back', async () => {
    const failing = transaction(database.pool, async (connection) => {
      await writeEvent(connection, { event: 'key-revoked', tenantId: 'acme', actor: 'admin' });
      throw new Error('changed my mind');
    });
    await expectAsync(failing).toBeRejectedWithError('changed my mind');
    expect(await all()).toEqual([]);
    expect((await database.pool.query('SELECT * FROM audit_batches')).rows).toEqual([]);
  });

  it('stores no signature that somebody gave as a reason', async () => {
    await transaction(database.pool, (connection) =>
      writeEvent(connection, {
        event: 'key-revoked',
        tenantId: 'acme',
        actor: 'admin',
        reason: '/a.jpg?sig=AAAA&exp=1',
      }),
    );
    expect((await all())[0].reason).toBe('/a.jpg?[signature]&exp=1');
  });
});
