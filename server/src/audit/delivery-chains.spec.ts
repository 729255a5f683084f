import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { accessLine, headerLine } from './spool-line.ts';
import { DeliverySpool } from './spool.ts';
import { countsBySignature, delivery, eventually, silent } from './testing/audit-database.ts';
import { brokenChains } from './testing/chains.ts';
import { spoolFiles, spoolFolder } from './testing/spool-folder.ts';

const segment = (...ids: (number | string)[]): string =>
  headerLine('dead-gateway') + ids.map((id) => accessLine(delivery(id))).join('');

describe('The chains of deliveries', () => {
  let database: TestDatabase;
  let folder: string;
  let spools: DeliverySpool[];
  const dead = randomUUID();

  const open = async (): Promise<DeliverySpool> => {
    const spool = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'gateway-2',
      log: silent,
      maxBytes: 1e8,
      shipAfterMs: 10,
    });
    spools.push(spool);
    await spool.start();
    return spool;
  };

  const leave = async (batchNo: number, text: string): Promise<void> => {
    await mkdir(join(folder, dead), { recursive: true });
    await writeFile(join(folder, dead, `${batchNo}.ndjson`), text);
  };

  const rowCounts = async (writer: string): Promise<number[]> => {
    const { rows } = await database.pool.query(
      'SELECT row_count FROM audit_batches WHERE writer = $1 ORDER BY batch_no',
      [writer],
    );
    return rows.map(({ row_count }) => row_count);
  };

  const lost = async (): Promise<string[]> => {
    const { rows } = await database.pool.query(
      `SELECT reason FROM resource_access_logs WHERE event = 'spool-segment-lost' ORDER BY batch_no`,
    );
    return rows.map(({ reason }) => reason);
  };

  beforeEach(async () => {
    spools = [];
    database = await freshDatabase();
    folder = await spoolFolder();
  });

  afterEach(async () => {
    await Promise.all(spools.map((spool) => spool.close()));
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('hold segment after segment, and go on where a dead process was', async () => {
    await leave(0, segment('a'));
    await (await open()).close();
    await leave(1, segment('b', 'c'));
    const spool = await open();
    for (let n = 0; n < 5; n++) {
      await spool.append(delivery(n));
      await eventually(() => spoolFiles(folder).length === 0);
    }
    expect(await rowCounts(dead)).toEqual([1, 2]);
    expect([...spool.heads().values()].map(({ batchNo }) => batchNo)).toEqual([4]);
    expect(await lost()).toEqual([]);
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('have no gap where segments are empty, unreadable, refused by the database or gone, and say so', async () => {
    await leave(0, segment('a'));
    await leave(1, headerLine('dead-gateway'));
    await leave(2, '["countersign-spool",99,"from the future"]\n');
    await leave(3, segment('b').replace('51200', '5e300'));
    await leave(4, segment('c').replace('"status":200', '').replace(',200,', ',99999,'));
    await leave(7, segment('d'));
    await open();
    await eventually(async () => (await rowCounts(dead)).length === 8);
    expect(await rowCounts(dead)).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
    expect(await lost()).toEqual([
      `${dead}: segment 2 is set aside`,
      `${dead}: segment 3 is set aside`,
      `${dead}: segment 4 is set aside`,
      `${dead}: segments 5 to 6 are not in the spool`,
    ]);
    await eventually(() => !existsSync(join(folder, dead, '7.ndjson')));
    expect((await readdir(join(folder, dead))).sort()).toEqual(
      [2, 3, 4].map((batchNo) => `${batchNo}.ndjson.refused`),
    );
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('take nobody at his word who names a file as if there were millions before it', async () => {
    await leave(99_999_999, segment('a'));
    await leave(3, segment('b'));
    await open();
    await eventually(() => existsSync(join(folder, dead, '99999999.ndjson.refused')));
    expect([...(await countsBySignature(database.pool)).keys()]).toEqual(['sig_b']);
    expect(await rowCounts(dead)).toEqual([0, 0, 0, 1]);
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('set aside a segment whose number has a batch with other rows', async () => {
    await leave(0, segment('a', 'b'));
    await (await open()).close();
    await leave(0, segment('c'));
    await open();
    await eventually(() => existsSync(join(folder, dead, '0.ndjson.refused')));
    expect([...(await countsBySignature(database.pool)).keys()].sort()).toEqual(['sig_a', 'sig_b']);
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('begin anew for a writer whose first batches are from before there were seals', async () => {
    await database.pool.query(
      'INSERT INTO audit_batches_before_seals (writer, batch_no, row_count) VALUES ($1, 0, 1), ($1, 1, 1)',
      [dead],
    );
    await leave(1, segment('was in'));
    await leave(2, segment('a'));
    await leave(3, segment('b'));
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    expect([...(await countsBySignature(database.pool)).keys()].sort()).toEqual(['sig_a', 'sig_b']);
    const { rows } = await database.pool.query(
      'SELECT batch_no::int, row_count FROM audit_batches ORDER BY 1',
    );
    expect(rows).toEqual([{ batch_no: 0, row_count: 1 }, { batch_no: 1, row_count: 1 }]); // prettier-ignore
    expect(await brokenChains(database.pool)).toEqual([]);
  });
});
