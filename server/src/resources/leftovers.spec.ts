import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { UselessDerivatives } from '../derivatives/useless-derivatives.ts';
import { newBlobKey } from '../platform/blob-store.ts';
import { fileBlobStore } from '../platform/file-blob-store.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { Leftovers } from './leftovers.ts';

describe('What changes leave behind', () => {
  let database: TestDatabase;
  let folder: string;
  let leftovers: Leftovers;
  let asked = 0;

  beforeAll(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(scratchFolder(), 'countersign-leftovers-'));
    const blobs = await fileBlobStore(folder);
    leftovers = new Leftovers(database.pool, blobs, new UselessDerivatives(blobs), pino({ level: 'silent' }));
    database.pool.on('acquire', () => (asked += 1));
  });
  afterAll(async () => {
    await leftovers.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const discard = async (): Promise<void> => {
    await database.pool.query(`INSERT INTO discarded_blobs (tenant_id, object_key) VALUES ('default', $1)`, [
      newBlobKey(),
    ]);
  };
  const counts = async (table: 'discarded_blobs' | 'derivatives'): Promise<number> => {
    const { rows } = await database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]?.n ?? 0;
  };

  it('is looked for once, however many changes end at the same time, and once more for what comes meanwhile', async () => {
    await discard();
    asked = 0;
    const first = Array.from({ length: 20 }, () => leftovers.clearDiscarded());
    expect(new Set(first).size).toBe(1);
    // It has begun.
    await new Promise((resolve) => database.pool.once('acquire', resolve));
    const second = Array.from({ length: 20 }, () => leftovers.clearDiscarded());
    expect(new Set([...first, ...second]).size).toBe(2);
    await Promise.all([...first, ...second]);
    // Found, made of it, forgotten, nothing more found; then nothing found.
    expect(asked).toBe(5);
    expect(await counts('discarded_blobs')).toBe(0);
  });

  it('and nobody needs of the smaller pictures is looked for with everything else, not after each change', async () => {
    await database.pool.query(
      `INSERT INTO derivatives (tenant_id, source_key, name, object_key, failure, retry_at, making_until) VALUES
         ('default', 'a', '160.webp', $1, NULL, NULL, now() - INTERVAL '1 day'),
         ('default', 'a', '320.webp', $2, 'x', now() - INTERVAL '1 day', NULL),
         ('default', 'a', '640.webp', $3, 'x', now() + INTERVAL '1 day', NULL),
         ('default', 'a', '640.avif', $4, NULL, NULL, now() + INTERVAL '1 day')`,
      Array.from({ length: 4 }, newBlobKey),
    );
    await discard();
    await leftovers.clearDiscarded();
    expect([await counts('derivatives'), await counts('discarded_blobs')]).toEqual([4, 0]);
    await Promise.all([leftovers.clearDiscarded(), leftovers.clear()]);
    expect(await counts('derivatives')).toBe(1);
  });
});
