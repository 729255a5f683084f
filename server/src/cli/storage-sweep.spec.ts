import { newBlobKey } from '../platform/blob-store.ts';
import { systemClock } from '../platform/clock.ts';
import { ada, TestServer } from '../testing/test-server.ts';
import { storageSweep } from './storage-sweep.ts';
import type { Terminal } from './terminal.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

const DAY_MS = 86_400_000;

describe('countersign storage sweep', () => {
  let server: TestServer;
  let orphan: string;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    orphan = newBlobKey();
    await server.assembly.blobs.put(orphan, Buffer.from('of nobody'));
  });
  afterAll(() => server.stop());

  const run = (...args: string[]): Promise<Ended> =>
    runCommand(['storage', 'sweep', '--data', server.dataDir, ...args], {
      DATABASE_URL: server.database.url,
    });

  /** Here and now, two days later: what is stored now is old then. */
  const later = async (options: { 'dry-run': boolean; yes: boolean }): Promise<[number, object]> => {
    let written = '';
    const terminal = {
      write: (text: string) => ((written += text), Promise.resolve()),
    } as unknown as Terminal;
    if (!jasmine.isSpy(systemClock.now)) spyOn(systemClock, 'now').and.returnValue(Date.now() + 2 * DAY_MS);
    const before = process.env['DATABASE_URL'];
    process.env['DATABASE_URL'] = server.database.url;
    try {
      const code = await storageSweep.run({
        ...{ argument: '', json: true, terminal, onInterrupt: () => () => undefined },
        options: { ...options, 'older-than-hours': '24', data: server.dataDir } as never,
      });
      return [code, JSON.parse(written) as object];
    } finally {
      if (before === undefined) delete process.env['DATABASE_URL'];
      else process.env['DATABASE_URL'] = before;
    }
  };

  it('passes over what is young, and removes nothing that was not looked at first', async () => {
    const [dry, bare, both, age, elsewhere] = await Promise.all([
      run('--dry-run'),
      run(),
      run('--dry-run', '--yes'),
      run('--dry-run', '--older-than-hours', '0'),
      runCommand(['storage', 'sweep', '--dry-run', '--data', '/nowhere'], {
        DATABASE_URL: server.database.url,
      }),
    ]);
    expect([dry?.code, dry?.stdout]).toEqual([
      0,
      jasmine.stringMatching(/objects +(\d), \1 of them younger than 24 hours\n +without a row +0, 0 bytes/),
    ]);
    expect([bare?.code, both?.code, age?.code, elsewhere?.code]).toEqual([2, 2, 2, 3]);
    expect(elsewhere?.stderr).toContain('S3_BUCKET');
  });

  it('names what is old and belongs to no row, and removes it when it is told to', async () => {
    const counts = { looked: 2, young: 0, orphans: 1, bytes: 9, keys: [orphan] };
    expect(await later({ 'dry-run': true, yes: false })).toEqual([
      1,
      { dryRun: true, ...counts, removed: 0 },
    ]);
    expect(await server.assembly.blobs.head(orphan)).toEqual({ size: 9 });
    const [code, { removed }] = (await later({ 'dry-run': false, yes: true })) as [
      number,
      { removed: number },
    ];
    expect([code, removed]).toEqual([0, 1]);
    expect(await server.assembly.blobs.head(orphan)).toBeUndefined();
    const left = [];
    for await (const { size } of server.assembly.blobs.list()) left.push(size);
    expect(left.length).toBe(1);
  });
});
