import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerificationReport } from '../audit/findings.ts';
import { exportProof } from '../audit/proof-export.ts';
import { parseSigningKey, publicPem } from '../audit/signing-key.ts';
import { ada, TestServer } from '../testing/test-server.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

const SIGNING_KEY = 'q9mZb2v0sWl5f7Jt1YxKc8Rr4HgNdE3uAoPiTzUeXkM=';

describe('countersign audit verify', () => {
  let server: TestServer;
  let folder: string;
  let checkpoints: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-verify-'));
    checkpoints = join(folder, 'checkpoints');
    server = await TestServer.start({ auditSigningKey: SIGNING_KEY, auditCheckpoints: checkpoints });
    await server.addPhoto('public/team/a.png', ada);
    for (const minutes of [10, 20, 30]) await server.sign('public/team/a.png', ada, minutes);
    await writeCheckpoint();
  });

  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** What the server does each minute. */
  const writeCheckpoint = async (): Promise<void> => {
    const { rows } = await server.database.pool.query<{ writer: string; batchNo: number; seal: string }>(
      `SELECT DISTINCT ON (writer) writer, batch_no::int AS "batchNo", encode(seal, 'hex') AS seal
         FROM audit_batches WHERE seal IS NOT NULL ORDER BY writer, batch_no DESC`,
    );
    await server.assembly.auditProof.checkpoints.append('audit-heads', { heads: rows });
  };

  const verify = (args: string[], variables: Record<string, string> = {}): Promise<Ended> =>
    runCommand(['audit', 'verify', ...args], {
      DATABASE_URL: server.database.url,
      AUDIT_SIGNING_KEY: SIGNING_KEY,
      DATA_DIR: folder,
      ...variables,
    });

  it('proves an untouched log, with the checkpoints of the server, and exit code 0', async () => {
    const { code, stdout, stderr } = await verify(['--json']);
    const report = JSON.parse(stdout) as VerificationReport;
    expect([code, stderr, report.holds, report.findings]).toEqual([0, '', true, []]);
    expect(report.rows).toBeGreaterThanOrEqual(4);
    expect(report.checkpoints).toBeGreaterThanOrEqual(1);
    expect((await verify([])).stdout).toMatch(
      /^Compared with the seals and with \d+ signed checkpoints\.\nProven\. .*\n {2}\d+ rows in \d+ batches/,
    );
  });

  it('finds a changed row, names its place, shows nothing of it, and ends with exit code 1', async () => {
    await server.database.pool.query(
      `UPDATE resource_access_logs SET actor = 'mallory' WHERE event = 'issuance' AND row_no = 0`,
    );
    const { code, stdout } = await verify([]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}personal-changed: .* \(writer [0-9a-f-]{36}, batch \d+, row 0.*\)\n/);
    expect(stdout).not.toContain('mallory');
  });

  it('believes another key only when it is told to, and no key that did not sign', async () => {
    const pem = join(folder, 'key.pem');
    const key = parseSigningKey(SIGNING_KEY)!;
    await writeFile(pem, publicPem(key));
    expect(
      (await verify(['--public-key', pem, '--checkpoints', checkpoints], { AUDIT_SIGNING_KEY: '' })).code,
    ).toBe(0);
    const [month = ''] = await readdir(checkpoints);
    expect((await verify(['--checkpoints', join(checkpoints, month)])).code).toBe(0);
    const other = generateKeyPairSync('ed25519').publicKey;
    await writeFile(
      pem,
      createPublicKey(other.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'pem' }),
    );
    const forged = await verify(['--public-key', pem]);
    expect([forged.code, forged.stdout]).toEqual([1, jasmine.stringContaining('checkpoint-forged')]);
  });

  it('proves an export without any database, and finds one changed character in it', async () => {
    const file = join(folder, 'audit.proof');
    let text = '';
    for await (const piece of exportProof({ database: server.database.pool })) text += piece;
    await writeFile(file, text);
    const offline = { DATABASE_URL: '' };
    const whole = await verify(['--export', file, '--json'], offline);
    expect([whole.code, (JSON.parse(whole.stdout) as VerificationReport).findings]).toEqual([0, []]);
    // Whoever hands it on can leave rows out and call it filtered; that must not pass for the whole.
    const bare = text.split('\n').filter((line) => !line.includes('"type":"row"'));
    const filtered = bare.join('\n').replace('"filtered":false', '"filtered":true').replace(/"rows":\d+,"batches"/, '"rows":0,"batches"'); // prettier-ignore
    await writeFile(file, filtered);
    const part = await verify(['--export', file], offline);
    expect([part.code, part.stdout]).toEqual([
      0,
      jasmine.stringMatching(/No row that is shown[^]*\d rows are not shown/),
    ]);
    await writeFile(file, text.replace('"actor":"ada"', '"actor":"eve"'));
    const changed = await verify(['--export', file], offline);
    expect([changed.code, changed.stdout]).toEqual([1, jasmine.stringContaining('personal-changed')]);
    const none = await verify(['--export', join(folder, 'none')], offline);
    expect([none.code, none.stderr]).toEqual([3, jasmine.stringContaining('--export')]);
  });

  it('says that it cannot run: exit code 3', async () => {
    for (const [args, variables, words] of [
      [['--checkpoints', join(folder, 'none')], {}, '--checkpoints'],
      [['--public-key', join(folder, 'none')], {}, '--public-key'],
      [[], { AUDIT_SIGNING_KEY: '' }, 'AUDIT_SIGNING_KEY'],
      [[], { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, '127.0.0.1:1'],
    ] as const) {
      const { code, stdout, stderr } = await verify([...args], variables);
      expect([code, stdout]).withContext(words).toEqual([3, '']);
      expect(stderr).toContain(words);
    }
  });

  it('says what it does not know without checkpoints', async () => {
    const elsewhere = { DATA_DIR: join(folder, 'elsewhere') };
    const { code, stdout } = await verify([], elsewhere);
    expect([code, stdout]).toEqual([
      0,
      jasmine.stringMatching(/^Compared with the seals alone\. No checkpoint was compared.*\nProven\./),
    ]);
    const json = await verify(['--json'], elsewhere);
    expect([JSON.parse(json.stdout).compared, json.stderr]).toEqual([
      'seals',
      jasmine.stringContaining('No checkpoint was compared'),
    ]);
  });
});
