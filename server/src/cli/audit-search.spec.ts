import { exec } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ada, grace, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { cleanEnvironment, runCommand, type Ended } from './testing/run-command.ts';

describe('countersign audit search', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    await server.addPhoto('public/team/g.png', grace);
    await server.sign('public/team/a.png', ada);
    await server.sign('public/team/g.png', grace);
    await server.database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, owner, writer, batch_no, row_no)
       SELECT now() - n * INTERVAL '1 minute', 'delivery', 'default', 'public/many.png', 'many', gen_random_uuid(), 0, 0
         FROM generate_series(1, 450) n`,
    );
  });

  afterAll(() => server.stop());

  const search = (...args: string[]): Promise<Ended> =>
    runCommand(['audit', 'search', ...args], { DATABASE_URL: server.database.url });
  const rowsOf = ({ stdout }: Ended): Record<string, unknown>[] =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('writes one JSON object a line, newest first, as the API answers them', async () => {
    const ended = await search('--owner', 'ada', '--json');
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const rows = rowsOf(ended);
    expect(rows.map(({ event }) => event)).toEqual(['issuance', 'resource-created']);
    const answer = await server.call('GET', '/api/audit/logs?owner=ada&event=issuance', {
      as: { id: 'admin', roles: ['tenantAdmin'] },
    });
    const { items } = (await answer.json()) as { items: object[] };
    expect(rows.filter(({ event }) => event === 'issuance') as object[]).toEqual(items);
  });

  it('filters by path, event and signature, inside one tenant', async () => {
    const [issuance] = rowsOf(await search('--path', 'public/team/g.png', '--event', 'issuance', '--json'));
    expect([issuance?.['owner'], issuance?.['actor']]).toEqual(['grace', 'grace']);
    const found = rowsOf(await search('--signature', String(issuance?.['signatureId']), '--json'));
    expect(found.length).toBe(1);
    const elsewhere = await search('--owner', 'ada', '--tenant', 'elsewhere');
    expect([elsewhere.code, elsewhere.stdout, elsewhere.stderr]).toEqual([0, '', 'No row is like that.\n']);
  });

  it('filters by time, also by how long ago', async () => {
    const since = async (...args: string[]): Promise<number> =>
      rowsOf(await search('--owner', 'many', '--json', '--limit', 'all', ...args)).length;
    expect(await since('--until', '5h', '--since', '6h')).toBe(60);
    expect(await since('--since', new Date(Date.now() + 3_600_000).toISOString())).toBe(0);
    expect(await since('--until', '2020-01-01')).toBe(0);
    for (const [option, value] of [
      ['--since', 'yesterday'],
      ['--until', '2026-13-01'],
      ['--status', '99'],
      ['--event', 'Key Revoked'],
    ] as const) {
      const { code, stderr } = await search(option, value);
      expect([code, stderr.startsWith(`${option} takes`)]).toEqual([2, true]);
    }
  });

  it('is in the audit itself, under the name of the operator', async () => {
    await search('--path', 'public/team/a.png', '--reason', 'nobody-else-asks-this');
    const rows = rowsOf(
      await search('--event', 'audit-read', '--actor', operatorName(), '--limit', 'all', '--json'),
    );
    const [row] = rows.filter(({ reason }) => String(reason).includes('path,reason'));
    expect([row?.['path'], row?.['reason']]).toEqual(['public/team/a.png', 'by=path,reason rows=0']);
    expect(row?.['userAgent']).toMatch(/^countersign\/.* cli$/);
  });

  it('goes through as many pages as are asked for, and says when there are more', async () => {
    expect(rowsOf(await search('--owner', 'many', '--json')).length).toBe(50);
    expect(rowsOf(await search('--owner', 'many', '--json', '--limit', '201')).length).toBe(201);
    expect(rowsOf(await search('--owner', 'many', '--json', '--limit', 'all')).length).toBe(450);
    const { stdout, stderr } = await search('--owner', 'many', '--limit', '3');
    expect(stdout.split('\n').filter((line) => line.includes('public/many.png')).length).toBe(3);
    expect(stderr).toBe('There are more: --limit all shows them.\n');
    const wrong = await search('--limit', '0');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      jasmine.stringContaining('--limit takes a whole number from 1, or all.'),
    ]);
  });

  it('is silent when its reader has seen enough: | head', async () => {
    const entry = fileURLToPath(new URL('./entry.ts', import.meta.url));
    const { stdout, stderr } = await promisify(exec)(
      `"${process.execPath}" --conditions=source "${entry}" audit search --limit all --json | head -n 2`,
      { env: { ...cleanEnvironment(), DATABASE_URL: server.database.url } },
    );
    expect([stdout.trimEnd().split('\n').length, stderr]).toEqual([2, '']);
  });
});
