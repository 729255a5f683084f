import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { systemClock } from '../platform/clock.ts';
import { transaction } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { headsOfAll } from './batch.store.ts';
import { NO_LINE, signCheckpoint } from './checkpoint.ts';
import { writeEvent } from './event.store.ts';
import type { FindingKind, VerificationReport } from './findings.ts';
import { issuanceLog } from './issuance.ts';
import { exportProof, type ProofExportOptions } from './proof-export.ts';
import { publicPem } from './signing-key.ts';
import { activeKey, issuance, silent } from './testing/audit-database.ts';
import { fillSealedLog } from './testing/sealed-log.ts';
import { verifyAudit } from './verify.ts';
import { verifyExport } from './verify-export.ts';

describe('An export with its proof', () => {
  let database: TestDatabase;

  const take = async (shows?: ProofExportOptions['shows']): Promise<string[]> => {
    let text = '';
    for await (const piece of exportProof({ database: database.pool, shows })) text += piece;
    return text.trimEnd().split('\n');
  };
  const kindsIn = async (lines: string[]): Promise<FindingKind[]> =>
    (await verifyExport(lines)).findings.map(({ kind }) => kind);

  beforeAll(async () => {
    database = await freshDatabase();
    await fillSealedLog(database.pool, { rows: 300, batchRows: 100, owners: 10 });
    const kid = await activeKey(database.pool, 'ada');
    const log = issuanceLog({
      database: database.pool,
      writer: randomUUID(),
      holder: 'g',
      clock: systemClock,
      log: silent,
    });
    await log.record([
      issuance(kid, 1, { reason: '' }),
      issuance(kid, 2, { tenantId: 'other', actor: 'Zoë 李 🎉' }),
    ]);
    await transaction(database.pool, async (connection) => {
      await writeEvent(connection, { event: 'partition-dropped', actor: 'system', resourceId: '2020-01-01' });
      await writeEvent(connection, { event: 'key-revoked', tenantId: 'acme', actor: 'admin', owner: 'ada' });
    });
  });

  afterAll(() => database.drop());

  it('verifies without the database, to the same report', async () => {
    const live = await verifyAudit({ database: database.pool });
    expect(live.holds).toBeTrue();
    expect(await verifyExport(await take())).toEqual(live);
  });

  it('proves what a filter shows, and tells nothing of the rest', async () => {
    const lines = await take(({ row }) => row.actor === 'person-7');
    const shown = lines.filter((line) => line.includes('"type":"row"'));
    expect(shown.length).toBe(31);
    expect(lines.join()).not.toContain('person-6');
    expect(lines.join()).not.toContain('Zoë');
    const report: VerificationReport = await verifyExport(lines);
    expect(report).toEqual(jasmine.objectContaining({ holds: true, rows: 31, notShown: 273, batches: 6 }));
    const forged = lines.map((line) => line.replace('person-7', 'person-8'));
    expect(new Set(await kindsIn(forged))).toEqual(new Set(['personal-changed']));
    expect(await kindsIn(lines.filter((line) => line !== shown[3]))).toEqual([
      'row-missing',
      'export-damaged',
    ]);
    const leaf = lines.find((line) => line.includes('"type":"leaf"'));
    expect(await kindsIn(lines.filter((line) => line !== leaf))).toEqual(['row-missing']);
  });

  it('shows every change: a word, a number, a line taken out, put elsewhere or cut off', async () => {
    const lines = await take();
    const rowAt = lines.findIndex((line) => line.includes('"type":"row"') && line.includes('"delivery"'));
    const batchAt = lines.findIndex((line, index) => index > rowAt && line.includes('"type":"batch"'));
    const changed = (index: number, change: (line: string) => string): string[] =>
      lines.map((line, at) => (at === index ? change(line) : line));

    expect(await kindsIn(changed(rowAt, (line) => line.replace(/"at":"(.*?)\d{3}Z"/, '"at":"$1999Z"')))).toEqual(['row-changed']); // prettier-ignore
    expect(await kindsIn(changed(rowAt, (line) => line.replace(/"actor":"person-/, '"actor":"Person-')))).toEqual(['personal-changed']); // prettier-ignore
    expect(await kindsIn(changed(rowAt, (line) => line.replace(/"bytes":\d+/, '"bytes":null')))).toEqual(['row-changed']); // prettier-ignore
    expect(await kindsIn(lines.toSpliced(rowAt, 1))).toEqual(['row-missing', 'export-damaged']);
    expect(await kindsIn(lines.toSpliced(batchAt, 1))).toContain('row-outside-batch');
    expect(await kindsIn(lines.slice(0, -1))).toEqual(['export-damaged']);
    expect((await kindsIn(lines.slice(0, batchAt))).includes('export-damaged')).toBeTrue();
    expect((await kindsIn(lines.slice(1))).length).toBeGreaterThan(1);
    expect(await kindsIn(changed(rowAt, () => 'not JSON'))).toContain('export-damaged');
    const [row = ''] = lines.splice(rowAt, 1);
    expect(await kindsIn(lines.toSpliced(batchAt, 0, row))).toContain('row-outside-batch');
    expect(await kindsIn([])).toEqual(['export-damaged', 'export-damaged']);
  });

  it('is held against signed checkpoints too', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const client = await database.pool.connect();
    const found = await headsOfAll(client);
    client.release();
    const heads = [...found].map(([writer, { batchNo, seal }]) => ({
      writer,
      batchNo,
      seal: seal.toString('hex'),
    }));
    const sign = (changes: Partial<(typeof heads)[0]>): string =>
      signCheckpoint(
        {
          ...{ type: 'audit-heads', origin: 'o', chain: randomUUID(), number: 0, previous: NO_LINE },
          at: new Date().toISOString(),
          heads: heads.map((head, index) => (index === 0 ? { ...head, ...changes } : head)),
        },
        privateKey,
      );
    const kindsWith = async (line: string): Promise<FindingKind[]> => {
      const publicKeys = [createPublicKey(publicPem(privateKey))];
      return (await verifyExport(await take(), { checkpoints: [line], publicKeys })).findings.map(
        ({ kind }) => kind,
      );
    };
    expect(await kindsWith(sign({}))).toEqual([]);
    expect(await kindsWith(sign({ batchNo: 99 }))).toEqual(['tail-cut']);
    expect(await kindsWith(sign({ seal: '00'.repeat(32) }))).toEqual(['chain-rewritten']);
  });
});
