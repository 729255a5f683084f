import { createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { systemClock, type Clock } from '../platform/clock.ts';
import { transaction } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { auditLogs, type AuditLogs } from './audit-logs.ts';
import { Checkpointer } from './checkpointer.ts';
import { CheckpointLog } from './checkpoint-log.ts';
import { FileSink, stdoutSink, type CheckpointSink } from './checkpoint-sink.ts';
import { readCheckpoint, signCheckpoint } from './checkpoint.ts';
import { writeEvent } from './event.store.ts';
import type { FindingKind, VerificationReport } from './findings.ts';
import { NO_SEAL, leafOf, leavesDigest, sealOf } from './leaf.ts';
import { parseSigningKey, publicPem } from './signing-key.ts';
import { activeKey, issuance, silent } from './testing/audit-database.ts';
import { fillSealedLog } from './testing/sealed-log.ts';
import { verifyAudit } from './verify.ts';

const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

describe('Checkpoints', () => {
  let database: TestDatabase;
  let folder: string;
  let sink: FileSink;
  const key = newKey();
  const writer = randomUUID();

  const open = async (
    options: { sink?: CheckpointSink; clock?: Clock; writer?: string } = {},
  ): Promise<AuditLogs> => {
    const { sink: chosen = sink, clock = systemClock } = options;
    const audit = auditLogs({
      database: database.pool,
      owner: database.pool,
      readers: { tenants: database.tenants, auditor: database.pool },
      folder: join(folder, 'spool'),
      writers: { issuances: options.writer ?? randomUUID(), deliveries: randomUUID() },
      holder: 'gateway-1',
      deadlineMs: 20_000,
      spoolMaxBytes: 1e8,
      checkpoints: new CheckpointLog({ sink: chosen, key, origin: 'https://cdn.example.com', clock }),
      clock: systemClock,
      log: silent,
    });
    await audit.start();
    return audit;
  };

  /** One run of a server that signs so many, one batch each. */
  const run = async (batches: number, options: Parameters<typeof open>[0] = {}): Promise<void> => {
    const audit = await open(options);
    const kid = await activeKey(database.pool, `owner-${randomUUID()}`);
    for (let n = 0; n < batches; n++) await audit.issuances.record([issuance(kid, n)]);
    await audit.close();
  };

  const lines = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const line of sink.lines()) all.push(line);
    return all;
  };
  const verify = (publicKey: KeyObject = key): Promise<VerificationReport> =>
    verifyAudit({
      database: database.pool,
      checkpoints: sink.lines(),
      publicKeys: [createPublicKey(publicPem(publicKey))],
    });
  const kinds = async (): Promise<FindingKind[]> => (await verify()).findings.map(({ kind }) => kind);

  /** Puts other lines in the place of those of the only file. */
  const replaceLines = async (change: (lines: string[]) => string[]): Promise<void> => {
    const [name = ''] = await readdir(join(folder, 'checkpoints'));
    const text = change(await lines()).map((line) => `${line}\n`);
    await writeFile(join(folder, 'checkpoints', name), text.join(''));
  };

  beforeEach(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'countersign-checkpoints-'));
    sink = new FileSink(join(folder, 'checkpoints'));
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('say at a clean end where every chain is, follow one another over restarts, and hold', async () => {
    await run(3, { writer });
    await transaction(database.pool, (connection) =>
      writeEvent(connection, { event: 'key-revoked', tenantId: 'acme', actor: 'admin' }),
    );
    await run(2);
    const [first, second] = (await lines()).map((line) => readCheckpoint(line));
    expect(first).toEqual(
      jasmine.objectContaining({ type: 'audit-heads', number: 0, origin: 'https://cdn.example.com' }),
    );
    expect(first?.heads?.map((head) => ({ writer: head.writer, batchNo: head.batchNo }))).toEqual([
      { writer, batchNo: 2 },
    ]);
    expect(second?.chain).toBe(first?.chain ?? '');
    expect(second?.number).toBe(1);
    expect(second?.heads?.length).toBe(3);
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, checkpoints: 2 }));
  });

  it('are written when a chain has moved, and only then', async () => {
    const audit = await open();
    const kid = await activeKey(database.pool, 'ada');
    const checkpointer = new Checkpointer({
      database: database.pool,
      checkpoints: new CheckpointLog({ sink, key, origin: 'o', clock: systemClock }),
      ownHeads: () => new Map([[writer, audit.issuances.head()]]),
      log: silent,
    });
    const counts: number[] = [];
    for (const isMoving of [false, true, false, true, false]) {
      if (isMoving) await audit.issuances.record([issuance(kid, 1)]);
      await checkpointer.write();
      counts.push((await lines()).length);
    }
    expect(counts).toEqual([0, 1, 1, 2, 2]);
    await audit.close();
  });

  it('tell that the end of a chain was cut off', async () => {
    await run(3, { writer });
    await database.pool.query('DELETE FROM resource_access_logs WHERE batch_no = 2');
    await database.pool.query('DELETE FROM audit_batches WHERE batch_no = 2');
    expect(await verifyAudit({ database: database.pool })).toEqual(jasmine.objectContaining({ holds: true }));
    const { findings } = await verify();
    expect(findings.map(({ kind, writer: where, batchNo }) => ({ kind, where, batchNo }))).toEqual([
      { kind: 'tail-cut', where: writer, batchNo: 2 },
    ]);
    await database.pool.query('TRUNCATE resource_access_logs, audit_batches');
    expect(await kinds()).toEqual(['tail-cut']);
  });

  it('tell how many rows none of them saw, as those of a chain that somebody made up', async () => {
    await run(3, { writer });
    expect(await verify()).toEqual(jasmine.objectContaining({ rows: 3, unwitnessed: 0 }));
    await fillSealedLog(database.pool, { rows: 20, batchRows: 5, writers: 1 });
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, rows: 23, unwitnessed: 20 }));
  });

  it('tell that a chain was written anew, seals and all', async () => {
    await run(3, { writer });
    const { rows } = await database.pool.query(
      `SELECT *, batch_no::int AS batch, (extract(epoch FROM accessed_at) * 1000000)::float8 AS at,
         (extract(epoch FROM expires_at) * 1000000)::float8 AS expires FROM resource_access_logs ORDER BY batch_no`,
    );
    const { rows: batches } = await database.pool.query('SELECT * FROM audit_batches ORDER BY batch_no');
    let previous: Buffer = NO_SEAL;
    for (const [batchNo, row] of rows.entries()) {
      const signatureId = batchNo === 1 ? 'sig_forged' : row.signature_id;
      const leaf = leafOf(
        { writer, batchNo, rowNo: 0 },
        {
          ...{ at: row.at, event: row.event, tenantId: row.tenant_id, resourceId: row.resource_id },
          ...{ signatureId, kid: row.kid, expiresAt: row.expires, holder: row.holder },
        },
        row.commitment,
      );
      const leaves = leavesDigest(leaf);
      const { attempt } = batches[batchNo];
      previous = sealOf({
        previous,
        writer,
        batchNo,
        attempt,
        firstAt: row.at,
        lastAt: row.at,
        rowCount: 1,
        leaves,
      });
      await database.pool.query('UPDATE audit_batches SET leaves = $2, seal = $3 WHERE batch_no = $1', [batchNo, leaves, previous]); // prettier-ignore
      await database.pool.query('UPDATE resource_access_logs SET signature_id = $2 WHERE batch_no = $1', [batchNo, signatureId]); // prettier-ignore
    }
    expect(await verifyAudit({ database: database.pool })).toEqual(jasmine.objectContaining({ holds: true }));
    const { findings } = await verify();
    expect(findings.map(({ kind, batchNo }) => ({ kind, batchNo }))).toEqual([
      { kind: 'chain-rewritten', batchNo: 2 },
    ]);
  });

  it('cannot be forged, altered, left out or put elsewhere', async () => {
    for (let n = 0; n < 3; n++) await run(1);
    const original = await lines();
    const restore = (): Promise<void> => replaceLines(() => original);
    const [first = '', second = '', third = ''] = original;

    await replaceLines(() => [first, third]);
    expect(await kinds()).toEqual(['checkpoint-forged']);
    await replaceLines(() => [second, first, third]);
    expect(await kinds()).toContain('checkpoint-forged');
    await replaceLines(() => [first, second.replace('"batchNo":0', '"batchNo":00'), third]);
    expect(await kinds()).toContain('checkpoint-forged');
    await replaceLines(() => [first, second.replace('https:', 'http:'), third]);
    expect(await kinds()).toContain('checkpoint-forged');
    await replaceLines(() => [first, 'not JSON', second, third]);
    expect(await kinds()).toEqual(['checkpoint-forged']);
    const said = readCheckpoint(third);
    if (!said) throw new Error('no checkpoint');
    await replaceLines(() => [first, second, signCheckpoint(said, newKey())]);
    expect(await kinds()).toEqual(['checkpoint-forged']);
    await restore();
    expect(await kinds()).toEqual([]);
    // The signature is over the bytes: adding a member, even one that parses to the same, breaks it.
    await replaceLines(() => [first, second, third.replace(',"signature"', ' ,"signature"')]);
    expect(await kinds()).toEqual(['checkpoint-forged']);
    await restore();
    expect((await verify(newKey())).findingsTotal).toBe(3);
  });

  it('may lack the oldest, which somebody archived', async () => {
    for (let n = 0; n < 3; n++) await run(1);
    await replaceLines((all) => all.slice(1));
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, checkpoints: 2 }));
  });

  it('go on after a line that a power cut tore', async () => {
    await run(1);
    const [name = ''] = await readdir(join(folder, 'checkpoints'));
    await appendFile(join(folder, 'checkpoints', name), '{"format":"countersign-checkpoint-1","ty');
    await run(1);
    expect((await lines()).length).toBe(3);
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, checkpoints: 2 }));
  });

  it('go on in the next month’s file', async () => {
    await run(1, { clock: { ...systemClock, now: () => Date.UTC(2026, 10, 30, 23, 59) } });
    await run(1, { clock: { ...systemClock, now: () => Date.UTC(2026, 11, 1) } });
    expect((await readdir(join(folder, 'checkpoints'))).sort()).toEqual(['2026-11.ndjson', '2026-12.ndjson']);
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, checkpoints: 2 }));
  });

  it('that cannot be kept raise an alarm and hold up nothing; the next one makes up for them', async () => {
    const logged: string[] = [];
    let isBroken = true;
    const flaky: CheckpointSink = {
      last: () => sink.last(),
      tail: (text) => sink.tail(text),
      lines: () => sink.lines(),
      placed: () => sink.placed(),
      append: (write, at) => (isBroken ? Promise.reject(new Error('no room')) : sink.append(write, at)),
    };
    const audit = await open();
    const kid = await activeKey(database.pool, 'ada');
    const checkpointer = new Checkpointer({
      database: database.pool,
      checkpoints: new CheckpointLog({ sink: flaky, key, origin: 'o', clock: systemClock }),
      ownHeads: () => new Map([[writer, audit.issuances.head()]]),
      log: pino({}, { write: (line: string) => void logged.push(line) }),
    });
    expect(await audit.issuances.record([issuance(kid, 1)])).toEqual([true]);
    await checkpointer.write();
    expect(logged.join('')).toContain('ALARM');
    expect(await lines()).toEqual([]);
    isBroken = false;
    await checkpointer.write();
    expect(logged.at(-1)).toContain('written again');
    expect((await lines()).length).toBe(1);
    await checkpointer.close();
    expect((await lines()).length).toBe(1);
    await audit.close();
  });

  it('go to standard output when asked to', async () => {
    const stream = new PassThrough();
    await run(1, { sink: stdoutSink(stream), writer });
    const line = String(stream.read()).trimEnd();
    expect(readCheckpoint(line)?.heads?.map((head) => head.writer)).toEqual([writer]);
    const report = await verifyAudit({
      database: database.pool,
      checkpoints: [line],
      publicKeys: [createPublicKey(publicPem(key))],
    });
    expect(report).toEqual(jasmine.objectContaining({ holds: true, checkpoints: 1 }));
  });

  it('hold no path and no name', async () => {
    await run(2);
    const text = await readFile(
      join(folder, 'checkpoints', (await readdir(join(folder, 'checkpoints')))[0] ?? ''),
      'utf8',
    );
    for (const word of ['grace', 'ada', 'avatar', 'acme']) expect(text).not.toContain(word);
  });
});

describe('parseSigningKey', () => {
  it('takes 32 random bytes in base64 and base64url, and PEM with written line feeds', () => {
    const raw = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=';
    const [a, b] = [raw, raw.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')].map(parseSigningKey);
    expect(a && publicPem(a)).toBe(b && publicPem(b));
    const pem = newKey().export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(parseSigningKey(pem)?.asymmetricKeyType).toBe('ed25519');
    expect(parseSigningKey(pem.replaceAll('\n', '\\n'))?.asymmetricKeyType).toBe('ed25519');
  });

  it('takes nothing else', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const others = ['', 'short', 'A'.repeat(43), rsa.export({ type: 'pkcs8', format: 'pem' }).toString()];
    for (const text of others) expect(parseSigningKey(text)).toBeUndefined();
  });
});
