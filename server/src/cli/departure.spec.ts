import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ada, grace, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

const LATER = '2030-12-31T18:00:00+01:00';
const SHARED = 'public/team/a.png';

describe('countersign departure', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-departures-'));
    server = await TestServer.start();
    await server.addPhoto(SHARED, ada);
    await server.addPhoto('public/team/g.png', grace);
    for (const id of ['charles', 'mary']) await server.addPhoto(`public/team/${id}.png`, { id });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const departure = (...args: string[]): Promise<Ended> =>
    runCommand(['departure', ...args], { DATABASE_URL: server.database.url });
  const asJson = async (...args: string[]): Promise<Record<string, unknown> & { id: string }> => {
    const { code, stdout, stderr } = await departure(...args, '--json');
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as never;
  };

  it('now, with a transfer, is carried out by the server before the command ends', async () => {
    const url = await server.sign(SHARED);
    const left = await asJson('plan', 'ada', '--transfer-to', 'grace', '--reason', 'left');
    expect([left['status'], left['transferred'], left['requestedBy']]).toEqual([
      'effective',
      1,
      operatorName(),
    ]);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(await server.sign(SHARED, grace))).status).toBe(200);
  });

  it('for later is listed and can be cancelled', async () => {
    const dry = await departure('plan', 'charles', '--at', LATER, '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      'It could be planned: charles is known, and does not leave yet.\n',
    ]);
    const { id } = await asJson('plan', 'charles', '--at', LATER);
    const { stdout } = await departure('list', '--status', 'scheduled');
    expect(stdout).toMatch(new RegExp(`^charles +scheduled +2030-12-31T17:00:00.000Z +${id}`, 'm'));
    expect((await asJson('cancel', id))['status']).toBe('undone');
    expect((await departure('list', '--status', 'scheduled')).stdout).toBe('Nobody leaves.\n');
  });

  it('comes from a CSV list too, a line at a time', async () => {
    const file = join(folder, 'leavers.csv');
    await writeFile(
      file,
      `owner,at,reason\ncharles,${LATER},contract ended\nnobody,${LATER},\nmary,tomorrow,\n`,
    );
    const dry = await departure('import', file, '--dry-run', '--json');
    expect([dry.code, (JSON.parse(dry.stdout) as { planned: number }).planned]).toEqual([1, 1]);
    expect(((await asJson('list', '--status', 'scheduled'))['items'] as unknown[]).length).toBe(0);
    const { code, stdout } = await departure('import', file);
    expect(code).toBe(1);
    expect(stdout).toContain('1 planned, 2 refused.');
    expect(stdout).toMatch(/^2 +charles +scheduled +2030-12-31/m);
    expect(stdout).toMatch(/^3 +nobody +refused: unknown-owner/m);
    expect(stdout).toMatch(/^4 +mary +refused: invalid-request/m);
  });

  it('refuses what cannot be, and says why', async () => {
    const refusals: [string[], number, string][] = [
      [['plan', 'nobody'], 1, 'no such owner'],
      [['plan', 'mary', '--at', 'tomorrow'], 2, '2026-12-31T18:00:00+01:00'],
      [['plan', 'mary', '--transfer-prefix', 'public/'], 2, '--transfer-to'],
      [['plan', 'mary', '--transfer-to', 'mary'], 1, 'cannot keep the documents'],
      [['cancel', 'AAAAAAAAAAAAAAAAAAAAAA'], 1, 'no such departure'],
      [['import', join(folder, 'none.csv')], 3, 'none.csv cannot be read (ENOENT)'],
      [['list', '--status', 'gone'], 2, '--status takes'],
    ];
    const all = await Promise.all(refusals.map(([args]) => departure(...args)));
    expect(all.map(({ code }) => code)).toEqual(refusals.map(([, code]) => code));
    for (const [i, { stderr }] of all.entries()) expect(stderr).toContain(refusals[i]?.[2] ?? '?');
  });
});
