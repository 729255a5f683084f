import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, startCommand, type Ended } from '../cli/testing/run-command.ts';
import { ada, TestServer } from '../testing/test-server.ts';

const FIRST = 'first-master-secret-0123456789-abcdefghij';
const SECOND = 'second-master-secret-0123456789-abcdefgh';

/** A server in a process of its own, on the database and the files of another. */
interface OtherServer {
  origin: string;
  stop(): Promise<void>;
}

describe('a new master secret at several server processes', () => {
  let first: TestServer;
  const others: OtherServer[] = [];
  const path = 'public/team/a.png';

  beforeAll(async () => {
    first = await TestServer.start({ masterSecret: FIRST });
    await first.addPhoto(path, ada);
  });
  afterAll(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await first.stop();
  });

  const start = async (secrets: Record<string, string>): Promise<OtherServer> => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-master-'));
    await symlink(join(first.dataDir, 'files'), join(dataDir, 'files'));
    const { child, ended } = startCommand(['serve', '--port', '0', '--data', dataDir], {
      DATABASE_URL: first.database.url,
      DELIVERY_URL: `${first.origin}/cdn`,
      JWT_SECRET: 'test-jwt-secret-0123456789-abcdefghijkl',
      AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
      ...secrets,
    });
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    };
    const origin = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const [, address] = /^ready (\S+)\n/m.exec(said) ?? [];
        if (address) resolve(address);
      });
      void ended.then(({ stderr }) => reject(new Error(`it did not start: ${stderr}`)));
    });
    const other = { origin, stop };
    others.push(other);
    return other;
  };
  const sign = async (origin: string): Promise<{ status: number; url?: string; code?: string }> => {
    const response = await fetch(`${origin}/api/resources/sign`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.tokenOf(ada)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ path, reason: 'test' }),
    });
    const { url, code } = (await response.json()) as { url?: string; code?: string };
    return { status: response.status, ...(url ? { url } : {}), ...(code ? { code } : {}) };
  };
  const statusesOf = (url: string, servers: readonly { origin: string }[]): Promise<number[]> =>
    Promise.all(servers.map(async ({ origin }) => (await fetch(url.replace(first.origin, origin))).status));
  const rotateMaster = (...args: string[]): Promise<Ended> =>
    runCommand(['keys', 'rotate-master', '--json', ...args], { DATABASE_URL: first.database.url });

  it('leaves old URLs alive at all of them until they are retired, and refuses only where it is not set', async () => {
    const { url: old = '' } = await sign(first.origin);
    const both = { MASTER_SECRET: SECOND, MASTER_SECRET_PREVIOUS: FIRST };
    const a = await start(both);
    expect(await statusesOf(old, [first, a])).toEqual([200, 200]);
    // Until it is told to, nobody uses the new secret: the URL is the same, byte for byte.
    expect((await sign(a.origin)).url).toBe(old);

    const refused = await rotateMaster();
    expect([refused.code, refused.stderr]).toEqual([1, jasmine.stringContaining('secret-missing')]);
    expect(refused.stderr).toContain(first.assembly.lease.holder.holderId);

    const { code, stdout, stderr } = await rotateMaster('--anyway');
    expect([code, stderr]).toEqual([0, '']);
    const done = JSON.parse(stdout) as { version: number; renewed: number; receipt: { lapsed: string[] } };
    expect([done.version, done.renewed, done.receipt.lapsed]).toEqual([2, 1, []]);
    const { url: fresh = '' } = await sign(a.origin);
    expect(fresh).not.toBe(old);
    // The one without the new secret serves what it can, and says of the rest that it cannot know.
    expect(await statusesOf(old, [first, a])).toEqual([200, 200]);
    expect(await statusesOf(fresh, [first, a])).toEqual([503, 200]);
    expect(await sign(first.origin)).toEqual({ status: 503, code: 'key-unavailable' });

    const { pool } = first.database;
    await pool.query(`UPDATE signature_keys SET retired_at = retired_at - interval '8 days'`);
    await pool.query(`UPDATE master_versions SET superseded_at = superseded_at - interval '8 days'`);
    // Retirement is due, and whoever starts does it; it needs the old secret no more.
    const c = await start({ MASTER_SECRET: SECOND });
    const firstState = async (): Promise<unknown> =>
      (await pool.query<{ state: string }>('SELECT state FROM master_versions WHERE version = 1')).rows[0]
        ?.state;
    while ((await firstState()) !== 'retired') await sleep(50);
    expect(await statusesOf(old, [first, a, c])).toEqual([403, 403, 403]);
    expect(await statusesOf(fresh, [a, c])).toEqual([200, 200]);
    expect((await first.auditRows('master-retired')).map(({ reason }) => reason)).toEqual(['version=1']);
  });
});
