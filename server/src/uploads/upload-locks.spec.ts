import { once } from 'node:events';
import { openDatabase, type Database } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { UploadLocks } from './upload-locks.ts';

const quiet = { warn: () => undefined };

describe('Locks on uploads', () => {
  let database: TestDatabase;
  let pools: Database[];
  let here: UploadLocks;
  let there: UploadLocks;

  beforeAll(async () => {
    database = await freshDatabase();
    pools = [1, 2].map(() => openDatabase(database.url, quiet as never, { max: 1, role: 'holder' }));
    [here, there] = pools.map((pool) => new UploadLocks(pool, quiet)) as [UploadLocks, UploadLocks];
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  const terminate = (): Promise<unknown> =>
    database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()`,
    );

  it('keep one at a time, on one server and among several, and tell the one who has it', async () => {
    const id = randomId();
    const told: boolean[] = [];
    const lock = await here.acquire(id, (hasEnded) => told.push(hasEnded));
    const refused = { status: 423, code: 'upload-locked' };
    await expectAsync(Promise.all([here.acquire(id)])).toBeRejectedWith(jasmine.objectContaining(refused));
    const toldHere = told.length;
    await expectAsync(Promise.all([there.acquire(id)])).toBeRejectedWith(jasmine.objectContaining(refused));
    expect(toldHere).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(toldHere);
    await there.acquire(randomId());
    await lock.release();
    await (await there.acquire(id)).release();
    expect(told).not.toContain(true);
  });

  it('go to who waits when the one who has it gives way', async () => {
    const id = randomId();
    const lock = await here.acquire(id, () => void lock.release());
    await (await there.acquire(id)).release();
  });

  it('say that an upload has ended, here and elsewhere, and go to who says so', async () => {
    for (const [one, other] of [
      [here, there],
      [here, here],
    ] as const) {
      const id = randomId();
      const told: boolean[] = [];
      const lock = await one.acquire(id, (hasEnded) => {
        told.push(hasEnded);
        void lock.release();
      });
      await (await other.acquireEnded(id)).release();
      expect(told).toEqual([true]);
    }
  });

  it('end with their connection: who had one is told, and others get it', async () => {
    const id = randomId();
    const lock = await here.acquire(id);
    const lost = once(lock.lost, 'abort');
    await terminate();
    await lost;
    await lock.release();
    let again = await there.acquire(id).catch(() => undefined);
    again ??= await there.acquire(id);
    await again.release();
  });
});
