import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../leases/receipts.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, startCommand, type Ended } from './testing/run-command.ts';

describe('countersign owner', () => {
  let server: TestServer;
  const path = 'public/team/a.png';

  beforeEach(async () => {
    server = await TestServer.start();
    await server.addPhoto(path, ada);
  });

  afterEach(() => server.stop());

  const owner = (...args: string[]): Promise<Ended> =>
    runCommand(['owner', ...args], { DATABASE_URL: server.database.url });
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

  it('revoke kills the URL at the running server, and the receipt names the server', async () => {
    const url = await server.sign(path);
    expect(await statusOf(url)).toBe(200);
    const { code, stdout, stderr } = await owner('revoke', 'ada', '--reason', 'left the company', '--json');
    expect(await statusOf(url)).toBe(403);
    expect([code, stderr]).toEqual([0, '']);
    const { receipt, ...rest } = JSON.parse(stdout) as { receipt: Receipt };
    expect(rest as object).toEqual({ owner: 'ada', tenant: 'default' });
    expect(receipt.acknowledged).toEqual([server.assembly.lease.holder.holderId]);
    expect([receipt.epoch, receipt.mode, receipt.lapsed]).toEqual([1, 'early', []]);
    const stored = await server.call('GET', '/api/receipts/1', { as: admin });
    expect((await stored.json()) as Receipt).toEqual(receipt);
  });

  it('revoke --dry-run counts what would end, and ends nothing', async () => {
    const url = await server.sign(path);
    const counted = await owner('revoke', 'ada', '--dry-run');
    expect([counted.code, counted.stdout, counted.stderr]).toEqual([
      0,
      'Revoking ada would end 1 live URLs; 1 resources could not be signed any more.\n',
      '',
    ]);
    const { stdout } = await owner('revoke', 'ada', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toEqual({
      owner: 'ada',
      tenant: 'default',
      dryRun: true,
      resources: 1,
      urls: 1,
    });
    expect((await owner('revoke', 'nobody', '--dry-run')).code).toBe(1);
    expect(await statusOf(url)).toBe(200);
  });

  it('revoke is in the audit under the name of the operator, with the reason', async () => {
    await owner('revoke', 'ada', '--reason', 'left the company');
    const [row] = await server.auditRows('key-revoked');
    expect([row?.['actor'], row?.['owner'], row?.['reason']]).toEqual([
      operatorName(),
      'ada',
      'left the company',
    ]);
    expect(operatorName()).toMatch(/^cli:./);
  });

  it('revoke registers no holder, so that nobody ever waits for a command', async () => {
    await owner('revoke', 'ada');
    const { rows } = await server.database.pool.query('SELECT holder_id FROM holders');
    expect(rows).toEqual([{ holder_id: server.assembly.lease.holder.holderId }]);
  });

  it('revoke waits for the lease of a holder that does not answer, and names it', async () => {
    await server.database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind) VALUES (gen_random_uuid(), 'silent', 'gateway')`,
    );
    const { code, stdout } = await owner('revoke', 'ada', '--json');
    const { receipt } = JSON.parse(stdout) as { receipt: Receipt };
    expect([code, receipt.mode, receipt.lapsed]).toEqual([0, 'fallback', ['silent']]);
    // 1.05 L + 50 ms of the default lease: not sooner.
    expect(receipt.waitedMs).toBeGreaterThanOrEqual(2150);
  });

  it('revoke says on Ctrl-C that it is committed, and a second call gives the receipt of the same epoch', async () => {
    await server.database.pool.query('UPDATE epoch SET lease_ms = 60000');
    await server.database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind) VALUES (gen_random_uuid(), 'silent', 'gateway')`,
    );
    const running = startCommand(['owner', 'revoke', 'ada'], { DATABASE_URL: server.database.url });
    while (!(await committed())) await sleep(20);
    running.child.kill('SIGINT');
    // The signal may come before the command waits; then it ends without a word, which is no lie either.
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/^(Epoch 1 is committed and holds\. .*\n)?$/);
    await server.database.pool.query(`UPDATE holders SET ended_at = now() WHERE holder_id = 'silent'`);
    const again = await owner('revoke', 'ada', '--json');
    expect((JSON.parse(again.stdout) as { receipt: Receipt }).receipt.epoch).toBe(1);
  });

  const committed = async (): Promise<boolean> => {
    const { rowCount } = await server.database.pool.query('SELECT FROM receipts');
    return rowCount === 1;
  };

  it('reinstate makes a new key: the server signs again, and the old URL stays dead', async () => {
    const old = await server.sign(path);
    await owner('revoke', 'ada');
    const { code, stdout } = await owner('reinstate', 'ada', '--reason', 'came back', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ owner: 'ada', tenant: 'default', generation: 2, epoch: 2 });
    const [row] = await server.auditRows('key-reinstated');
    expect([row?.['actor'], row?.['reason']]).toEqual([operatorName(), 'came back']);
    await server.assembly.lease.catchUp(2);
    expect(await statusOf(await server.sign(path))).toBe(200);
    expect(await statusOf(old)).toBe(403);
  });

  it('reinstate of an owner who is not revoked is refused with exit code 1', async () => {
    const { code, stdout, stderr } = await owner('reinstate', 'ada');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('The owner is not revoked: There is nothing to reinstate.\n');
  });

  it('says of an owner whom the tenant does not have that there is none, with exit code 1', async () => {
    for (const action of ['revoke', 'reinstate', 'rotate', 'status']) {
      const { code, stderr } = await owner(action, 'nobody');
      expect([action, code, stderr]).toEqual([
        action,
        1,
        'There is no such owner: No owner "nobody" here.\n',
      ]);
    }
    expect((await owner('revoke', 'ada', '--tenant', 'elsewhere')).code).toBe(1);
    const { code, stderr } = await owner('status', 'nobody', '--json');
    expect([code, (JSON.parse(stderr) as { error: { code: string } }).error.code]).toEqual([
      1,
      'unknown-owner',
    ]);
  });

  it('status shows keys, resources, and the last revocation with its receipt', async () => {
    const before = JSON.parse((await owner('status', 'ada', '--json')).stdout) as Record<string, unknown>;
    expect([before['status'], before['resources'], before['lastRevocation']]).toEqual(['active', 1, null]);
    await owner('revoke', 'ada');
    await owner('reinstate', 'ada');
    const { code, stdout } = await owner('status', 'ada', '--json');
    const after = JSON.parse(stdout) as {
      status: string;
      keys: { generation: number; state: string }[];
      lastRevocation: { epoch: number; receipt: Receipt };
    };
    expect([code, after.status]).toEqual([0, 'active']);
    expect(after.keys.map(({ generation, state }) => [generation, state])).toEqual([
      [2, 'active'],
      [1, 'revoked'],
    ]);
    expect([after.lastRevocation.epoch, after.lastRevocation.receipt.mode]).toEqual([1, 'early']);
    expect(stdout).not.toContain('salt');
    const { stdout: text } = await owner('status', 'ada');
    expect(text).toMatch(/^ada \(ada\) is active and owns 1 resources/);
    expect(text).toMatch(/^2 +active .*\n1 +revoked /m);
    expect(text).toMatch(/^ {2}acknowledged +\S+$/m);
  });

  it('lets no name of an owner act on the terminal', async () => {
    await server.database.pool.query(`UPDATE owners SET display_name = E'A\\x1b[2Jda\\u202e'`);
    const { stdout } = await owner('status', 'ada');
    expect(stdout).toContain('A\ufffd[2Jda\ufffd');
  });

  it('refuses a database that is not at its version, before it touches it', async () => {
    await server.database.pool.query(
      `INSERT INTO schema_migrations (name, run_on) VALUES ('9999_later', now())`,
    );
    const { code, stderr } = await owner('revoke', 'ada');
    expect(code).toBe(3);
    expect(stderr).toContain('9999_later');
    expect(await committed()).toBe(false);
    await server.database.pool.query(`DELETE FROM schema_migrations`);
    const older = await owner('revoke', 'ada');
    expect([older.code, older.stderr.includes('run countersign migrate first')]).toEqual([3, true]);
  });
});
