import { transaction } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { EVENT_WRITER } from './event-writer.ts';
import { writeEvent } from './event.store.ts';
import { brokenChains } from './testing/chains.ts';

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

  it('is one chain without a gap, whoever writes at the same time, and whoever changes his mind', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        transaction(database.pool, async (connection) => {
          await connection.query(
            `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('acme', $1, $1) ON CONFLICT DO NOTHING`,
            [`owner-${n % 7}`],
          );
          await connection.query('SELECT 1 FROM owners WHERE owner_id = $1 FOR UPDATE', [`owner-${n % 7}`]);
          for (let event = 0; event <= n % 3; event++) {
            await writeEvent(connection, { event: 'key-revoked', tenantId: 'acme', actor: `admin-${n}` });
          }
          if (n % 5 === 0) throw new Error('changed my mind');
          await connection.query('UPDATE epoch SET n = n + 1');
        }),
      ),
    );
    const rejected = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as Error).message] : [],
    );
    expect(rejected).toEqual(new Array(10).fill('changed my mind'));
    const committed = outcomes.reduce(
      (sum, { status }, n) => sum + (status === 'fulfilled' ? 1 + (n % 3) : 0),
      0,
    );
    const { rows } = await database.pool.query(
      'SELECT writer, batch_no::int, row_count FROM audit_batches ORDER BY batch_no',
    );
    expect(rows).toEqual(
      Array.from({ length: committed }, (_, n) => ({ writer: EVENT_WRITER, batch_no: n, row_count: 1 })),
    );
    expect(await brokenChains(database.pool)).toEqual([]);
  });
});
