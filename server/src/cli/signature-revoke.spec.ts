import type { Receipt } from '../leases/receipts.ts';
import { ada, grace, TestServer } from '../testing/test-server.ts';
import { operatorName } from './operator.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

describe('countersign signature revoke', () => {
  let server: TestServer;
  const path = 'public/team/a.png';

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(path, ada);
  });

  afterAll(() => server.stop());

  const revoke = (...args: string[]): Promise<Ended> =>
    runCommand(['signature', 'revoke', ...args], { DATABASE_URL: server.database.url });

  it('kills this URL at the running server, and says under whose name', async () => {
    const [leaked, other] = [await server.sign(path, ada), await server.sign(path, grace)];
    const id = `sig_${new URL(leaked).searchParams.get('sid')}`;
    const { code, stdout, stderr } = await revoke(id, '--reason', 'leaked', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const { receipt } = JSON.parse(stdout) as { receipt: Receipt };
    expect(receipt.acknowledged).toEqual([server.assembly.lease.holder.holderId]);
    expect([(await fetch(leaked)).status, (await fetch(other)).status]).toEqual([403, 200]);
    const [row] = await server.auditRows('signature-revoked');
    expect([row?.['actor'], row?.['reason'], row?.['signature_id']]).toEqual([operatorName(), 'leaked', id]);
  });

  it('refuses an id that nobody has, and what is none, such as a whole URL, without repeating it', async () => {
    const unknown = await revoke('sig_BBBBBBBBBBBBBBBBBBBBBA', '--json');
    expect([unknown.code === 0, unknown.stderr]).toEqual([false, jasmine.stringContaining('not-found')]);
    const url = await server.sign(path, ada);
    const { code, stderr } = await revoke(url);
    expect(code).not.toBe(0);
    expect(stderr).not.toContain(new URL(url).searchParams.get('sig')!);
  });
});
