import { setTimeout as sleep } from 'node:timers/promises';
import { TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

describe('countersign lease', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server.stop());

  const lease = (...args: string[]): Promise<Ended> =>
    runCommand(['lease', ...args], { DATABASE_URL: server.database.url });

  it('set changes the lease of a running server, and the audit says who did', async () => {
    const { code, stdout, stderr } = await lease('set', '5000', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({ leaseMs: 5000, longestLeaseMs: 5000, epoch: 0 });
    while (server.assembly.lease.leaseMs !== 5000) await sleep(20);
    const [row] = await server.auditRows('lease-time-set');
    expect([row?.['actor'], row?.['reason'], row?.['tenant_id']]).toEqual([
      operatorName(),
      'lease_ms=5000',
      null,
    ]);

    // A shorter one: the command ends when every server has acknowledged it.
    expect((await lease('set', '1000')).code).toBe(0);
    expect(server.assembly.lease.leaseMs).toBe(1000);
    expect((await lease('show')).stdout).toBe(
      '  lease              1000 ms\n  receipts wait for  1000 ms\n  epoch              1\n',
    );
    expect((await server.auditRows('lease-time-set')).length).toBe(2);
  });

  it('set refuses what is no lease time, and does nothing', async () => {
    for (const text of ['999', '60001', '2s', '1e4']) {
      const { code, stdout } = await lease('set', text);
      expect([text, code, stdout]).toEqual([text, 2, '']);
    }
  });
});
