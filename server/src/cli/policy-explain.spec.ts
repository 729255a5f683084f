import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

interface Explanation {
  allowed: boolean;
  code?: string;
  rule: { number: number } | null;
  policy: { source: string };
}

describe('countersign policy explain', () => {
  let server: TestServer;
  let folder: string;
  const path = 'users/ada/documents/a.png';

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(path, ada);
    await server.addPhoto('public/team/a.png', ada);
    folder = await mkdtemp(join(tmpdir(), 'countersign-policy-'));
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const explain = (args: string[], variables: Record<string, string> = {}): Promise<Ended> =>
    runCommand(['policy', 'explain', ...args], { DATABASE_URL: server.database.url, ...variables });

  it('answers as the server does, with exit code 0 for yes and 1 for no', async () => {
    for (const [as, body, expected] of [
      [['--as', 'ada'], { id: 'ada' }, 0],
      [['--as', 'grace', '--roles', 'tenantMember'], { id: 'grace', roles: ['tenantMember'] }, 1],
      [['--as', 'grace', '--roles', 'DOC_VIEWALL'], { id: 'grace', roles: ['DOC_VIEWALL'] }, 0],
      [['--roles', 'tenantAdmin'], { roles: ['tenantAdmin'] }, 0],
      [['--anonymous'], { anonymous: true }, 1],
    ] as const) {
      const { code, stdout, stderr } = await explain([path, ...as, '--json']);
      const answer = await server.call('POST', '/api/policy/explain', {
        as: admin,
        body: { path, as: body },
      });
      const { policy: theirs, ...same } = (await answer.json()) as Explanation;
      const { policy: ours, ...told } = JSON.parse(stdout) as Explanation;
      expect(told).withContext(as.join(' ')).toEqual(same);
      expect([code, stderr, ours.source]).toEqual([expected, '', theirs.source]);
    }
  });

  it('tells a person the answer first, then the rule, then the steps', async () => {
    const { stdout } = await explain([path, '--as', 'ada']);
    expect(stdout).toMatch(
      /^allowed: ada may sign users\/ada\/documents\/a\.png, for 15 minutes, at most 15\n/,
    );
    expect(stdout).toMatch(/\ndecided by rule 2 of 4: .*policy: default\n/);
    expect((await explain([path, '--anonymous'])).stdout).toMatch(
      /^refused \(not-allowed\): anonymous may not/,
    );
  });

  it('reads POLICY_FILE, and says what is wrong with it', async () => {
    const file = join(folder, 'policy.json');
    const rule = { path: 'users/**', who: ['anyone'], defaultMinutes: 1, maxMinutes: 2 };
    await writeFile(file, JSON.stringify({ rules: [rule] }));
    const { code, stdout } = await explain([path, '--anonymous', '--json'], { POLICY_FILE: file });
    const told = JSON.parse(stdout) as Explanation;
    expect([code, told.rule?.number, told.policy.source]).toEqual([0, 1, 'file']);
    await writeFile(file, '{"rules": [{}]}');
    const broken = await explain([path, '--anonymous'], { POLICY_FILE: file });
    expect([broken.code, broken.stdout]).toEqual([3, '']);
    expect(broken.stderr).toContain(`POLICY_FILE ${file}`);
  });

  it('wants to know who, and a path that there can be', async () => {
    expect((await explain([path])).stderr).toContain('needs --as ID, --roles A,B or --anonymous');
    expect((await explain([path, '--anonymous', '--as', 'ada'])).code).toBe(2);
    const wrong = await explain(['a/../b', '--anonymous']);
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
  });
});
