import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ada, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, startCommand, type Ended } from './testing/run-command.ts';

describe('countersign audit export', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    await server.sign('public/team/a.png', ada);
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-export-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const env = (): Record<string, string> => ({ DATABASE_URL: server.database.url });
  const audit = (...args: string[]): Promise<Ended> => runCommand(['audit', 'export', ...args], env());
  /** Of one row, whatever was exported before. */
  const issuances = ['--owner', 'ada', '--event', 'issuance'];
  const eventsSince = async (): Promise<unknown[]> =>
    [...(await server.auditRows('audit-export-begun')), ...(await server.auditRows('audit-exported'))].map(
      ({ actor, reason }) => `${String(actor)} ${String(reason)}`,
    );

  it('writes a whole file, readable by nobody else, and says how large it is', async () => {
    const out = join(folder, 'audit.ndjson');
    const { code, stdout } = await audit('--format', 'ndjson', ...issuances, '--out', out, '--json');
    const text = await readFile(out, 'utf8');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { file: out, format: 'ndjson', bytes: Buffer.byteLength(text) },
    ]);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event, complete }) => event ?? complete)).toEqual(['issuance', true]);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['audit.ndjson']);
  });

  it('writes to stdout: CSV, or NDJSON with --json', async () => {
    const csv = await audit(...issuances);
    expect(csv.stdout).toMatch(/^\ufeffat,event,path,/);
    expect(csv.stdout).toContain('export-complete');
    const { code, stdout, stderr } = await audit(...issuances, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({ complete: true, rows: 1 });
  });

  it('is in the audit, begun and ended, under the name of the operator', async () => {
    const before = (await eventsSince()).length;
    await audit(...issuances);
    const told = await eventsSince();
    expect(told.length).toBe(before + 2);
    expect(told).toContain(`${operatorName()} by=owner event=issuance format=csv rows=1 complete`);
  });

  it('never replaces a file, and leaves none behind when it cannot be made', async () => {
    const out = join(folder, 'audit.csv');
    await writeFile(out, 'mine');
    const taken = await audit('--out', out);
    expect([taken.code, taken.stderr]).toEqual([3, jasmine.stringContaining('exists')]);
    expect(await readFile(out, 'utf8')).toBe('mine');
    const nowhere = await audit('--out', join(folder, 'no', 'such', 'audit.csv'));
    expect([nowhere.code, nowhere.stderr.split('\n').length]).toEqual([3, 2]);
    expect(await readdir(folder)).toEqual(['audit.csv']);
  });

  it('leaves nothing behind on Ctrl-C, and the audit says that it was broken off', async () => {
    await server.database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, owner, user_agent, writer, batch_no, row_no)
       SELECT now(), 'delivery', 'default', 'large', repeat('x', 250), gen_random_uuid(), 0, n
         FROM generate_series(1, 200000) n`,
    );
    const out = join(folder, 'large.csv');
    const running = startCommand(['audit', 'export', '--owner', 'large', '--out', out], env());
    while (!existsSync(`${out}.unfinished-${running.child.pid}`)) await sleep(5);
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    expect([code, await readdir(folder)]).toEqual([130, []]);
    expect((await eventsSince()).at(-1)).toContain('broken-off');
  });
});
