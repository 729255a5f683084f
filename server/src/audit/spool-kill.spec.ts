import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { DeliverySpool } from './spool.ts';
import { countsBySignature, delivery, eventually, silent } from './testing/audit-database.ts';
import { spoolFiles, spoolFolder } from './testing/spool-folder.ts';

const writer = fileURLToPath(new URL('./testing/spool-writer.ts', import.meta.url));
const rounds = 8 * Number(process.env['SCALE'] ?? 1);
const nowhere = 'postgres://nobody@127.0.0.1:1/none';

/** Runs a writer, kills it with SIGKILL `milliseconds` after it started. @returns what it said it had appended */
async function runAndKill(
  folder: string,
  url: string,
  name: string,
  milliseconds: number,
): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=source', writer, folder, url, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
    output += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  expect(lines.shift()).toBe('started');
  return lines.map((n) => `sig_${name}-${n}`);
}

describe('kill -9 of a process with a spool', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await freshDatabase();
    folder = await spoolFolder();
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('loses no row whose append had resolved, and doubles none, killed while appending, shipping or replaying', async () => {
    const appended: string[] = [];
    for (let round = 0; round < rounds; round++) {
      // In every other round the database is away, so that the next one is killed while it replays a backlog.
      const url = round % 2 === 0 ? nowhere : database.url;
      appended.push(...(await runAndKill(folder, url, `round-${round}`, Math.random() * 150)));
    }
    const spool = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'last',
      log: silent,
      maxBytes: 1e9,
    });
    await spool.start();
    await spool.append(delivery('after'));
    await eventually(() => spoolFiles(folder).length === 0);
    await spool.close();

    const counts = await countsBySignature(database.pool);
    expect(appended.length).toBeGreaterThan(rounds * 8);
    expect(appended.filter((id) => counts.get(id) !== 1)).toEqual([]);
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
    const { rows } = await database.pool.query(
      'SELECT DISTINCT holder FROM resource_access_logs ORDER BY holder',
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(await readdir(folder)).toEqual([]);
  });
});
