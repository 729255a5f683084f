import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ada, TestServer } from '../testing/test-server.ts';
import { runCommand, startCommand, type Ended } from './testing/run-command.ts';

const MASTER_SECRET = 'test-master-secret-0123456789-abcdefghij';

describe('countersign owner erase', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await TestServer.start();
    folder = await mkdtemp(join(tmpdir(), 'countersign-certificate-'));
    await server.addPhoto('public/team/a.png', ada);
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const erase = (...args: string[]) =>
    startCommand(['owner', 'erase', ...args], { DATABASE_URL: server.database.url, MASTER_SECRET }).ended;

  /** Servers look every five seconds; this one at once. */
  const served = async (ended: Promise<Ended>): Promise<Ended> => {
    const looking = setInterval(() => server.assembly.erasures.look(), 50);
    return ended.finally(() => clearInterval(looking));
  };

  it('lists, refuses without --yes, erases, gives the same again, and its certificate is proven offline', async () => {
    const listed = await erase('ada', '--dry-run');
    expect([listed.code, listed.stderr]).toEqual([0, '']);
    expect(listed.stdout).toMatch(/^Erasing ada would delete 1 resources, 70 bytes\.\n1 of them do not lie/);
    expect(listed.stdout).toContain('public/team/a.png');
    const refused = await erase('ada');
    expect([refused.code, refused.stdout]).toEqual([2, '']);

    const done = await served(erase('ada', '--yes', '--json'));
    expect([done.code, done.stderr]).toEqual([0, '']);
    const certificate = JSON.parse(done.stdout) as { deleted: { objects: number } };
    expect(certificate.deleted.objects).toBe(1);
    const again = await erase('ada', '--yes');
    expect([again.code, again.stdout.startsWith('Erased.')]).toEqual([0, true]);
    const unknown = await erase('nobody', '--yes');
    expect([unknown.code, unknown.stderr]).toEqual([1, 'There is no such owner: No owner "nobody" here.\n']);

    const files = {
      good: join(folder, 'good.json'),
      forged: join(folder, 'forged.json'),
      key: join(folder, 'key.pem'),
      answer: join(folder, 'checkpoint-key.json'),
    };
    await writeFile(files.good, done.stdout);
    await writeFile(files.forged, done.stdout.replace('"objects":1', '"objects":2'));
    await writeFile(files.key, server.assembly.auditProof.publicKey().publicKey);
    const told = await server.call('GET', '/api/audit/checkpoint-key');
    await writeFile(files.answer, await told.text());
    const verify = (file: string, key = files.key) =>
      runCommand(['certificate', 'verify', file, '--public-key', key, '--data', folder]);
    const [good, byAnswer, forged, missing] = await Promise.all([
      ...[verify(files.good), verify(files.good, files.answer)],
      ...[verify(files.forged, files.answer), verify(join(folder, 'none.json'))],
    ]);
    expect(byAnswer).toEqual(good);
    expect([good?.code, good?.stdout.split('\n')[0]]).toEqual([0, 'Proven. This is what was signed.']);
    expect([forged?.code, forged?.stdout]).toEqual([
      ...[1, 'The signature does not hold: this is not what was signed.\n'],
    ]);
    expect(missing?.code).toBe(3);
  });
});
