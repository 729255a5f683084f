import type { Receipt } from '../leases/receipts.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

describe('countersign edge', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
  });
  afterAll(() => server.stop());

  const edge = (...args: string[]): Promise<Ended> =>
    runCommand(['edge', ...args], { DATABASE_URL: server.database.url });
  const asJson = async (
    ...args: string[]
  ): Promise<Record<string, unknown> & { id: string; credential: string }> => {
    const { code, stdout, stderr } = await edge(...args, '--json');
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as never;
  };
  const post = (credential: string, call: string, body: object): Promise<Response> =>
    server.call('POST', `/api/edges/${call}`, { body, headers: { authorization: `Bearer ${credential}` } });
  const opens = async (credential: string): Promise<boolean> =>
    (await post(credential, 'lease', { incarnation: crypto.randomUUID() })).status === 200;

  it('creates, lists, rotates and revokes; each credential is shown once, and is what edges show', async () => {
    const { id, credential } = await asJson('create', 'lyon-1');
    expect(await opens(credential)).toBe(true);
    const url = await server.sign('public/team/a.png');
    await post(credential, 'resolve', { kids: [new URL(url).searchParams.get('kid')] });
    const listed = await edge('list');
    expect(listed.stdout).toMatch(/^name +id +state +runs +keys/);
    expect(listed.stdout).toMatch(new RegExp(`^lyon-1 +${id} +active +1 +1 `, 'm'));
    expect(listed.stdout).not.toContain(credential.slice(27));

    const rotated = await asJson('rotate', id, '--overlap-minutes', '0');
    expect([await opens(rotated.credential), rotated['previousUntil']]).toEqual([true, null]);

    const { receipt, keys, owners } = await asJson('revoke', id, '--leaked');
    expect([keys, owners, typeof (receipt as Receipt).epoch]).toEqual([1, 1, 'number']);
    expect((await fetch(url)).status).toBe(403);
    expect(await opens(rotated.credential)).toBe(false);
    const { items } = await asJson('list');
    expect((items as { id: string; revokedAt: string | null }[])[0]?.revokedAt).not.toBeNull();
    const [row] = await server.auditRows('edge-revoked');
    expect([row?.['actor'], row?.['reason']]).toEqual([operatorName(), 'lyon-1']);
  });

  it('refuses what cannot be, and says why', async () => {
    const { status } = await server.call('POST', '/api/edges', { as: admin, body: { name: 'there' } });
    expect(status).toBe(201);
    const refusals: [string[], number, string][] = [
      [['create', 'There'], 2, 'lower-case letters'],
      [['create', 'there'], 1, 'edge of this name'],
      [['rotate', 'AAAAAAAAAAAAAAAAAAAAAA'], 1, 'no such edge'],
      [['rotate', 'AAAAAAAAAAAAAAAAAAAAAA', '--overlap-minutes', '10081'], 2, 'from 0 to 10080'],
      [['revoke', 'AAAAAAAAAAAAAAAAAAAAAA'], 1, 'no such edge'],
      [['revoke'], 2, 'needs ID'],
    ];
    const all = await Promise.all(refusals.map(([args]) => edge(...args)));
    expect(all.map(({ code }) => code)).toEqual(refusals.map(([, code]) => code));
    for (const [i, { stderr }] of all.entries()) expect(stderr).toContain(refusals[i]?.[2] ?? '?');
  });
});
