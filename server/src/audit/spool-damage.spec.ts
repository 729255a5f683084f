import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../platform/problem.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { sealableAccess } from './access-row.ts';
import { DeliveryChains } from './delivery-chains.ts';
import { accessLine, headerLine, parseSegment } from './spool-line.ts';
import { DeliverySpool, type SpoolOptions } from './spool.ts';
import { countsBySignature, delivery, eventually, silent } from './testing/audit-database.ts';
import { spoolFiles, spoolFolder, spoolText } from './testing/spool-folder.ts';

const segment = (...ids: (number | string)[]): string =>
  headerLine('dead-gateway') + ids.map((id) => accessLine(delivery(id))).join('');

describe('DeliverySpool on damage', () => {
  let database: TestDatabase;
  let folder: string;
  let spools: DeliverySpool[];
  const dead = randomUUID();

  const open = async (changes: Partial<SpoolOptions> = {}): Promise<DeliverySpool> => {
    const spool = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'gateway-2',
      log: silent,
      maxBytes: 1e8,
      ...changes,
    });
    spools.push(spool);
    await spool.start();
    return spool;
  };

  const leave = async (batchNo: number, text: string): Promise<void> => {
    await mkdir(join(folder, dead), { recursive: true });
    await writeFile(join(folder, dead, `${batchNo}.ndjson`), text);
  };

  const ids = async (): Promise<string[]> => [...(await countsBySignature(database.pool)).keys()].sort();

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

  it('ships what a dead writer left under its own writer, numbers and name, and removes its folder', async () => {
    await leave(7, segment('a', 'b'));
    await leave(10, segment('c'));
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    const { rows } = await database.pool.query(
      'SELECT signature_id, writer, batch_no::int, row_no, holder FROM resource_access_logs WHERE signature_id IS NOT NULL ORDER BY batch_no, row_no',
    );
    const left = { writer: dead, holder: 'dead-gateway' };
    expect(rows).toEqual([
      { signature_id: 'sig_a', batch_no: 7, row_no: 0, ...left },
      { signature_id: 'sig_b', batch_no: 7, row_no: 1, ...left },
      { signature_id: 'sig_c', batch_no: 10, row_no: 0, ...left },
    ]);
  });

  it('drops a torn last line, whose response never left, and keeps the others', async () => {
    const torn = accessLine(delivery('torn'));
    const cuts = Array.from(torn, (_, index) => index).filter(
      (index) => index % 20 === 0 || index > torn.length - 3,
    );
    for (const cut of cuts) await leave(cut, segment(`a-${cut}`, `b-${cut}`) + torn.slice(0, cut));
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    expect(await ids()).toEqual(cuts.flatMap((cut) => [`sig_a-${cut}`, `sig_b-${cut}`]).sort());
  });

  it('removes files that were torn before their first row', async () => {
    await leave(0, '');
    await leave(1, headerLine('dead-gateway').slice(0, 9));
    await leave(2, headerLine('dead-gateway'));
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    expect(await ids()).toEqual([]);
  });

  it('does not double a segment that was committed before its writer could remove the file', async () => {
    await leave(3, segment('a', 'b'));
    const { holder = '', rows = [] } = parseSegment(segment('a', 'b')) ?? {};
    const accesses = rows.map((row) => sealableAccess(row, holder));
    await new DeliveryChains(database.pool, silent).append({ writer: dead, batchNo: 3, holder, accesses });
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    expect(await countsBySignature(database.pool)).toEqual(new Map([['sig_a', 1], ['sig_b', 1]])); // prettier-ignore
  });

  it('skips a line that the disk has spoiled, and keeps those around it', async () => {
    const spoiled = ['\0'.repeat(40), '[1,"delivery"]', '{"at":1}', '[["nested"]]', 'null'];
    await leave(0, segment('a') + spoiled.map((line) => `${line}\n`).join('') + accessLine(delivery('b')));
    await open();
    await eventually(() => !existsSync(join(folder, dead)));
    expect(await ids()).toEqual(['sig_a', 'sig_b']);
  });

  it('sets aside what the database will never take or nobody can read, and goes on with the next', async () => {
    await leave(0, segment('a').replace('51200', '5e300'));
    await leave(1, '["countersign-spool",99,"from the future"]\n');
    await leave(2, segment('b'));
    await open();
    await eventually(async () => (await ids()).length === 1);
    expect(await ids()).toEqual(['sig_b']);
    await eventually(() => !existsSync(join(folder, dead, '2.ndjson')));
    expect((await readdir(join(folder, dead))).sort()).toEqual(['0.ndjson.refused', '1.ndjson.refused']);
  });

  it('leaves alone what is not a spool', async () => {
    await mkdir(join(folder, 'lost+found'));
    await mkdir(join(folder, dead));
    await writeFile(join(folder, dead, 'notes.txt'), 'mine');
    const spool = await open();
    await spool.append(delivery('a'));
    await spool.close();
    expect(readdirSync(folder).sort()).toEqual([dead, 'lost+found'].sort());
    expect(readdirSync(join(folder, dead))).toEqual(['notes.txt']);
  });

  it('counts what was left towards its size', async () => {
    const lock = await database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE audit_batches');
    const left = segment('a', 'b', 'c', 'd');
    await leave(0, left);
    const spool = await open({ maxBytes: left.length + 300 });
    await spool.append(delivery('fits'));
    await expectAsync(spool.append(delivery('does not'))).toBeRejectedWithError(Problem);
    await lock.query('COMMIT');
    lock.release();
  });

  it('loses nothing when writing fails: rows are refused, later ones go into a new file', async () => {
    const spool = await open({ shipAfterMs: 2 ** 31 - 1, syncAfterMs: 2 ** 31 - 1 });
    await spool.append(delivery('before'));
    breakDisk(spoolFiles(folder)[0] ?? '');
    await expectAsync(spool.append(delivery('during'))).toBeRejectedWithError(Problem);
    await spool.append(delivery('after'));
    await spool.close();
    expect(await ids()).toEqual(['sig_after', 'sig_before']);
  });

  it('takes nothing after a failed sync until the disk has proved that it keeps a row', async () => {
    const spool = await open({ shipAfterMs: 2 ** 31 - 1, syncAfterMs: 20 });
    await spool.append(delivery('before'));
    breakDisk(spoolFiles(folder)[0] ?? '');
    await eventually(async () => (await ids()).includes('sig_before'));
    await spool.append(delivery('after'));
    expect(spoolText(folder)).toContain('sig_after');
    await spool.close();
    expect(await ids()).toEqual(['sig_after', 'sig_before']);
  });

  it('refuses rows while the disk is full, keeps what it took, and takes rows again when there is room', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      pending('mounting a small disk needs root');
    }
    try {
      const spool = await open({ folder: join(disk, 'spool'), shipAfterMs: 2 ** 31 - 1, maxRows: 1e6 });
      const ballast = join(disk, 'ballast');
      await writeFile(ballast, Buffer.alloc(16_384));
      const taken = new Set<string>();
      for (let n = 0; n < 400; n++) {
        await spool.append(delivery(n)).then(
          () => taken.add(`sig_${n}`),
          () => undefined,
        );
      }
      expect(taken.size).toBeGreaterThan(10);
      expect(taken.has('sig_399')).toBeFalse();
      await rm(ballast);
      await spool.append(delivery('room'));
      await spool.close();
      expect(await ids()).toEqual([...taken, 'sig_room'].sort());
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

/** Puts /dev/full in the place of this process's open file: writing, truncating and syncing it truly fail. */
function breakDisk(file: string): void {
  const name = readdirSync('/proc/self/fd').find((fd) => target(fd) === file);
  closeSync(Number(name));
  const opened = [openSync('/dev/full', 'r+')];
  while (opened.at(-1) !== Number(name)) opened.push(openSync('/dev/full', 'r+'));
  for (const fd of opened.slice(0, -1)) closeSync(fd);
}

function target(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
