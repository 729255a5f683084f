// Verifying a sealed log of a million rows on a real PostgreSQL, beside the rate at which it takes 30 s.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ensurePartitions } from '../server/src/audit/partitions.ts';
import { fillSealedLog } from '../server/src/audit/testing/sealed-log.ts';
import { verifyAudit } from '../server/src/audit/verify.ts';
import { systemClock } from '../server/src/platform/clock.ts';
import { openDatabase } from '../server/src/platform/database.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { migrate } from '../server/src/platform/migrate.ts';
import { median, type Figure } from './load/generator.ts';

const ROWS = Number(process.env['ROWS'] ?? 1_000_000);
const SECONDS_FOR_A_MILLION = 30;
const DAYS = 5;
const DAY_MS = 86_400_000;
const ROUNDS = 3;

export async function run(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-verify-'));
  await chmod(folder, 0o711);
  const log = pino({ level: 'silent' });
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const database = openDatabase(postgres.url, log);
  try {
    await migrate(postgres.url, log);
    const from = Date.now() - DAYS * DAY_MS;
    await ensurePartitions({ database, clock: { ...systemClock, now: () => from }, log });
    await fillSealedLog(database, { rows: ROWS, writers: 4, from, to: Date.now() });
    await database.query('ANALYZE');
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const { holds, rows } = await verifyAudit({ database });
      if (!holds || rows !== ROWS) throw new Error('an untouched log did not verify');
      rates.push((ROWS * 1000) / (performance.now() - start));
    }
    const floor = 1_000_000 / SECONDS_FOR_A_MILLION;
    const rate = median(rates);
    return [{ name: 'audit rows verified, of a million', rate, floor, ratio: rate / floor, hold: 1 }];
  } finally {
    await database.end();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) console.table(await run());
