import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedSecret } from '../platform/generated-secrets.ts';
import { TestServer } from '../testing/test-server.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

const JWT_SECRET = 'cli-jwt-9bXq27LpTfYc0sVw4RmZ8kHd';

describe('countersign token', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ jwtSecret: JWT_SECRET });
  });

  afterAll(() => server.stop());

  const token = (args: string[], variables: Record<string, string> = {}): Promise<Ended> =>
    runCommand(['token', ...args], { JWT_SECRET, ...variables });

  it('prints a token that the server takes, and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await token(['--as', 'ada', '--roles', 'tenantAdmin, tenantMember']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const answer = await fetch(`${server.origin}/api/owners`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    });
    expect(answer.status).toBe(200);
  });

  it('is refused where it would be a key to production', async () => {
    const DATABASE_URL = 'postgres://127.0.0.1/x';
    for (const [variables, words] of [
      [{ NODE_ENV: 'production' }, 'NODE_ENV'],
      [{ OIDC_ISSUER: 'https://id.example.com' }, 'OIDC_ISSUER'],
      [{ DATABASE_URL }, '--development'],
    ] as const) {
      const { code, stdout, stderr } = await token(['--as', 'ada'], variables);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toContain(words);
    }
    expect((await token(['--as', 'ada', '--development'], { DATABASE_URL })).code).toBe(0);
    const both = await token(['--as', 'ada', '--development'], { DATABASE_URL, NODE_ENV: 'production' });
    expect(both.code).toBe(3);
  });

  it('takes the secret of the embedded server, and makes none where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-token-'));
    try {
      const none = await runCommand(['token', '--as', 'ada', '--data', folder]);
      expect([none.code, none.stdout]).toEqual([3, '']);
      expect(none.stderr).toContain(folder);
      await generatedSecret(folder, 'jwt');
      expect((await runCommand(['token', '--as', 'ada', '--data', folder])).code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses who could not call, and tells of roles that give nothing', async () => {
    for (const id of ['a/b', '..', 'anonymous', 'system', 'samples', 'cli:root', 'erased-VZwIwR']) {
      expect([id, (await token(['--as', id])).code]).toEqual([id, 2]);
    }
    expect((await token([])).stderr).toContain('--as ID');
    expect((await token(['--as', 'ada', '--roles', 'tennantAdmin'])).stderr).toContain('tennantAdmin');
  });
});
