import { appendFile, chmod, cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ada, admin, TestServer } from '../../testing/test-server.ts';
import type { Finding } from './check.ts';
import { checkpointsCheck } from './checkpoints.ts';

const AUDIT_SIGNING_KEY = 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg';

describe('What the doctor says of checkpoints', () => {
  let server: TestServer;
  let scratch: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'countersign-doctor-'));
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    await server.call('POST', '/api/owners/ada/revoke', { as: admin });
  });
  afterAll(async () => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  const look = async (variables: Record<string, string> = {}): Promise<Finding[]> => {
    const { url } = server.database;
    return checkpointsCheck.run({
      variables: { AUDIT_SIGNING_KEY, ...variables },
      dataDir: server.dataDir,
      database: { databaseUrl: url, databaseDirectUrl: url, databaseMigrationUrl: url },
      isProduction: true,
    });
  };
  const levels = (findings: Finding[]): string[] => findings.map(({ level }) => level);

  it('is that all is well when they can be written to, and both are at the same change', async () => {
    const findings = await look();
    expect(levels(findings)).toEqual(['ok', 'ok']);
    expect(findings[1]?.says).toMatch(/same change \(\d+\)/);
  });

  it('is a warning when they are behind the database, such as those of nobody', async () => {
    const [first, second] = await look({ AUDIT_CHECKPOINTS: join(scratch, 'none') });
    expect([first?.level, first?.says.includes('is not there yet')]).toEqual(['ok', true]);
    expect([second?.level, second?.says]).toEqual([
      'warning',
      jasmine.stringMatching(/end at change 0, .* is at [1-9]/),
    ]);
    expect(second?.change).toContain('ALARM');
  });

  it('is a problem when the database is behind them, with what to do', async () => {
    const { pool } = server.database;
    await pool.query(`UPDATE receipts SET created_at = created_at + interval '1 second'`);
    const findings = await look();
    await pool.query(`UPDATE receipts SET created_at = created_at - interval '1 second'`);
    expect(levels(findings)).toEqual(['ok', 'problem']);
    expect(findings[1]?.says).toContain('behind its checkpoints');
    expect(findings[1]?.change).toContain('restore replay --dry-run');
  });

  it('is a problem when they are damaged, or signed by a key that nobody has here', async () => {
    const folder = join(server.dataDir, 'checkpoints');
    const other = await look({
      AUDIT_SIGNING_KEY: Buffer.from('another-signing-key-of-32-bytes!').toString('base64'),
    });
    expect(other[1]?.says).toMatch(/names the key .* AUDIT_PREVIOUS_KEYS/);
    const [name = ''] = await readdir(folder);
    await rename(folder, `${folder}-good`);
    await cp(`${folder}-good`, folder, { recursive: true });
    await appendFile(join(folder, name), 'junk\n');
    const damaged = await look();
    await rm(folder, { recursive: true });
    await rename(`${folder}-good`, folder);
    expect([damaged[1]?.level, damaged[1]?.says]).toEqual([
      'problem',
      jasmine.stringContaining('is damaged'),
    ]);
  });

  it('is a problem when nobody can write there, since receipts would wait', async () => {
    await writeFile(join(scratch, 'file'), '');
    const [file] = await look({ AUDIT_CHECKPOINTS: join(scratch, 'file') });
    expect([file?.level, file?.says]).toEqual(['problem', jasmine.stringContaining('is a file')]);
    const below = await look({ AUDIT_CHECKPOINTS: join(scratch, 'file', 'below') });
    expect(levels(below)).toEqual(['problem']);
    expect(below[0]?.says).toContain('receipts would wait');
    // Nothing is closed to root.
    if (process.getuid?.() === 0) return;
    const closed = await mkdtemp(join(scratch, 'closed-'));
    await chmod(closed, 0o500);
    expect(levels(await look({ AUDIT_CHECKPOINTS: closed }))).toEqual(['problem']);
  });

  it('is a warning when they go to standard output, where no server reads them', async () => {
    expect(levels(await look({ AUDIT_CHECKPOINTS: 'stdout' }))).toEqual(['warning']);
  });
});
