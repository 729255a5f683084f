import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { CheckpointLog } from '../audit/checkpoint-log.ts';
import { FileSink } from '../audit/checkpoint-sink.ts';
import { NO_LINE, signCheckpoint, type Checkpoint } from '../audit/checkpoint.ts';
import { parseSigningKey } from '../audit/signing-key.ts';
import { TenantDatabase, type TenantConnection } from '../platform/tenant-database.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { runCommand, type Ended } from '../cli/testing/run-command.ts';
import { systemClock } from '../platform/clock.ts';
import { CHANGES_TEXT, lastMark, type RecordedChanges } from './change-line.ts';
import { replay } from './replay.ts';
import { survey } from './survey.ts';
import {
  dumpedWorld,
  PICTURE,
  statusAt,
  type DumpedWorld,
  type RestoredCopy,
} from './testing/dumped-world.ts';

/** Of every `TestServer`. */
const AUDIT_SIGNING_KEY = 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg';
const SIGNING_KEY = parseSigningKey(AUDIT_SIGNING_KEY)!;

/** The same change of grace's key, by somebody who can append to the checkpoints and has no key of this deployment. */
const forged = (line: string): string => {
  const { type, origin, at, changes } = JSON.parse(line) as Checkpoint;
  const fields = { type, origin, at, changes, chain: randomUUID(), number: 0, previous: NO_LINE };
  return signCheckpoint(fields, generateKeyPairSync('ed25519').privateKey);
};

describe('a database that was restored from a backup', () => {
  let world: DumpedWorld;
  let copy: RestoredCopy;
  let server: TestServer | undefined;

  beforeAll(async () => {
    world = await dumpedWorld();
  });
  afterAll(() => world.end());

  beforeEach(async () => {
    copy = await world.restore();
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await copy.drop();
  });

  const problemOf = async (response: Response): Promise<{ code?: string; detail?: string }> =>
    (await response.json()) as { code?: string; detail?: string };
  const file = async (): Promise<string> => {
    const folder = join(copy.dataDir, 'checkpoints');
    return join(folder, (await readdir(folder))[0] ?? '');
  };
  const changeLines = async (change: (lines: string[]) => string[]): Promise<void> => {
    const lines = (await readFile(await file(), 'utf8')).trimEnd().split('\n');
    await writeFile(await file(), `${change(lines).join('\n')}\n`);
  };
  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await sleep(20);
  };
  const refused = async (): Promise<string> => {
    if (!server) throw new Error('no server');
    const delivery = await fetch(world.urls.grace.replace('http://cdn.test', server.origin));
    const sign = await server.call('POST', '/api/resources/sign', {
      body: { path: PICTURE, reason: 'r' },
      as: ada,
    });
    const ready = await server.call('GET', '/health/ready');
    expect([delivery.status, sign.status, ready.status]).toEqual([503, 503, 503]);
    expect(((await ready.json()) as { status: string }).status).toBe('database-behind');
    const [told, signed] = [await problemOf(delivery), await problemOf(sign)];
    expect([told.code, signed.code]).toEqual(['database-behind', 'database-behind']);
    return told.detail ?? '';
  };

  it('does not revive a revoked key: dump, revoke, restore the dump, start: the old URL is 403', async () => {
    server = await copy.serve();
    expect(await statusAt(server, world.urls.ada)).toBe(403);
    expect(await statusAt(server, world.urls.linus)).toBe(403);
    expect(await statusAt(server, world.urls.grace)).toBe(200);
    const sign = await server.call('POST', '/api/resources/sign', {
      body: { path: PICTURE, reason: 'r' },
      as: ada,
    });
    expect((await problemOf(sign)).code).toBe('owner-revoked');
    const { rows } = await copy.pool.query(
      `SELECT owner_id, state, salt FROM signature_keys ORDER BY owner_id`,
    );
    expect(rows.map(({ owner_id, state, salt }) => [owner_id, state, salt === null])).toEqual([
      ['ada', 'revoked', true],
      ['grace', 'active', false],
      ['linus', 'revoked', true],
    ]);
  });

  it('gets new numbers for what is made again, with receipts and audit events, and keeps them too', async () => {
    server = await copy.serve();
    const pending = async (): Promise<boolean> =>
      (await copy.pool.query(`SELECT FROM receipts WHERE status = 'pending'`)).rowCount === 0;
    await until(pending);
    const { rows: receipts } = await copy.pool.query('SELECT epoch, owner_id FROM receipts ORDER BY epoch');
    // 1 and 2 were given out before.
    expect(receipts).toEqual([
      { epoch: 3, owner_id: 'ada' },
      { epoch: 4, owner_id: 'linus' },
    ]);
    const again = await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect(((await again.json()) as { epoch: number }).epoch).toBe(3);
    const { rows: events } = await copy.pool.query(
      `SELECT owner, tenant_id, actor, reason FROM resource_access_logs WHERE event = 'change-replayed' ORDER BY accessed_at`,
    );
    expect(events.map(({ owner, tenant_id, actor }) => [owner, tenant_id, actor])).toEqual([
      ['ada', 'default', 'system'],
      ['linus', 'acme', 'system'],
    ]);
    expect(events[0]?.reason).toBe('key-revoked of epoch 1, from the checkpoints');
    await server.stop();
    // Nothing is missing any more, so nothing is replayed by the next start.
    server = await copy.serve();
    const { rows } = await copy.pool.query('SELECT n FROM epoch');
    expect(rows).toEqual([{ n: 4 }]);
  });

  it('is noticed although it has got to the same numbers since', async () => {
    for (const owner of ['x', 'y', 'z']) {
      await copy.pool.query('UPDATE epoch SET n = n + 1');
      await copy.pool.query(
        `INSERT INTO receipts (epoch, tenant_id, owner_id, change) SELECT n, 'default', $1, 'key-revoked' FROM epoch`,
        [owner],
      );
    }
    server = await copy.serve();
    expect(await statusAt(server, world.urls.ada)).toBe(403);
  });

  it('is replayed to its end by the next start when the first was killed in the middle', async () => {
    let transactions = 0;
    class Killed extends TenantDatabase {
      override transaction<T>(
        tenantId: string,
        work: (connection: TenantConnection) => Promise<T>,
      ): Promise<T> {
        return super.transaction(tenantId, async (connection) => {
          const result = await work(connection);
          // In the middle of the second tenant's, when all of it is done and nothing is committed.
          if (++transactions === 2) throw new Error('killed');
          return result;
        });
      }
    }
    const sink = new FileSink(join(copy.dataDir, 'checkpoints'));
    const found = await survey(copy.pool, sink.placed(), {
      keys: [createPublicKey(SIGNING_KEY)],
      deployment: undefined,
    });
    expect(found.missing.map(({ epoch, tenant }) => [epoch, tenant])).toEqual([
      [1, 'default'],
      [2, 'acme'],
    ]);
    await expectAsync(replay(new Killed(copy.pool), found, 'system')).toBeRejectedWithError('killed');
    const revoked = `SELECT owner_id FROM signature_keys WHERE salt IS NULL`;
    expect((await copy.pool.query(revoked)).rows).toEqual([{ owner_id: 'ada' }]);

    server = await copy.serve();
    expect(await statusAt(server, world.urls.ada)).toBe(403);
    expect(await statusAt(server, world.urls.linus)).toBe(403);
    const { rows } = await copy.pool.query(
      `SELECT owner FROM resource_access_logs WHERE event = 'change-replayed' ORDER BY owner`,
    );
    expect(rows).toEqual([{ owner: 'ada' }, { owner: 'linus' }]);
  });

  it('is replayed also when a power cut tore the last line of the checkpoints', async () => {
    await appendFile(await file(), '{"format":"countersign-checkpoint-1","type":"changes","or');
    server = await copy.serve();
    expect(await statusAt(server, world.urls.ada)).toBe(403);
  });

  it('is not served while a line of the checkpoints is damaged, missing or forged, and the refusal says which', async () => {
    const original = await readFile(await file(), 'utf8');
    const index = original.split('\n').findIndex((line) => line.includes(CHANGES_TEXT));
    const damages: [RegExp, (lines: string[]) => string[]][] = [
      [
        /line 1 of \S+2\d{3}-\d\d\.ndjson is damaged/,
        (lines) => lines.map((line, i) => (i === index ? line.slice(5) : line)),
      ],
      [/does not follow/, (lines) => lines.filter((_, i) => i !== index + 1)],
      [
        /not signed/,
        (lines) =>
          lines
            .map((line, i) => (i === index + 1 ? line.replace('"acme"', '"acne"') : line))
            .slice(0, index + 2),
      ],
      [/names the key [0-9a-f]{16}.*AUDIT_PREVIOUS_KEYS/, (lines) => [...lines, forged(lines[index] ?? '')]],
      [/is damaged, and is the last line/, (lines) => [...lines, '{"format']],
    ];
    for (const [says, damage] of damages) {
      await writeFile(await file(), original);
      await changeLines(damage);
      server = await copy.serve();
      const detail = await refused();
      expect(detail).toMatch(says);
      expect(detail).toContain('AUDIT_CHECKPOINTS');
      expect(detail).toContain('countersign restore replay');
      await server.stop();
    }
    server = undefined;
    await writeFile(await file(), original);
  });

  it('holds back a server while it runs, until it is restarted', async () => {
    server = await copy.serve();
    expect(await statusAt(server, world.urls.grace)).toBe(200);
    // Set back by two, and on by two others, between two renewals.
    await copy.pool.query(
      `UPDATE receipts SET created_at = created_at + interval '1 second' WHERE epoch = 4`,
    );
    await until(async () => (await statusAt(server!, world.urls.grace)) === 503);
    expect(await refused()).toContain('Restart this server');
    await server.stop();
    server = await copy.serve();
    expect(await statusAt(server, world.urls.grace)).toBe(200);
    expect(await statusAt(server, world.urls.ada)).toBe(403);
  });

  it('answers no receipt before the change is kept outside of it, though the change holds', async () => {
    server = await copy.serve();
    const folder = join(copy.dataDir, 'checkpoints');
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'no folder');
    const answer = await server.call('POST', '/api/owners/grace/revoke', { as: admin });
    expect(answer.status).toBe(202);
    const pending = (await answer.json()) as { epoch: number; code?: string; detail?: string };
    expect(pending.code).toBe('checkpoints-unavailable');
    expect(pending.detail).toContain('AUDIT_CHECKPOINTS');
    expect(await statusAt(server, world.urls.grace)).toBe(403);
    const ready = (await (await server.call('GET', '/health/ready')).json()) as { checkpoints?: string };
    expect(ready.checkpoints).toContain('AUDIT_CHECKPOINTS');

    await rm(folder);
    await rename(`${folder}-away`, folder);
    const receipt = await server.call('GET', `/api/receipts/${pending.epoch}`, { as: admin });
    expect(receipt.status).toBe(200);
    const kept = await new FileSink(folder).tail(CHANGES_TEXT);
    expect(kept.findLast(({ text }) => text.includes(CHANGES_TEXT))?.text).toContain(
      `"epoch":${pending.epoch}`,
    );
  });

  it('is not served by a server whose checkpoints do not say what is missing, until somebody replays those of another', async () => {
    const original = join(copy.dataDir, 'checkpoints');
    const kept = await new FileSink(original).tail(CHANGES_TEXT);
    const line = kept.find(({ text }) => text.includes(CHANGES_TEXT));
    const { changes } = JSON.parse(line?.text ?? '') as { changes: RecordedChanges };
    // Of a server that was started when the log was compacted.
    const sink = new FileSink(join(copy.dataDir, 'others'));
    const log = new CheckpointLog({ sink, key: SIGNING_KEY, origin: 'o', clock: systemClock });
    await log.append('changes', { changes: { after: lastMark(changes), entries: [] } });
    server = await copy.serve({ auditCheckpoints: join(copy.dataDir, 'others') });
    expect(await refused()).toContain('countersign restore replay --checkpoints DIR');

    const run = (...args: string[]): Promise<Ended> =>
      runCommand(['restore', 'replay', '--json', '--checkpoints', ...args], {
        DATABASE_URL: copy.databaseUrl,
        AUDIT_SIGNING_KEY,
      });
    const dry = await run(original, '--dry-run');
    expect([dry.code, JSON.parse(dry.stdout)]).toEqual([1, { missing: [1, 2], gaps: [] }]);
    const incomplete = await run(join(copy.dataDir, 'others'));
    expect(incomplete.code).toBe(1);
    expect(incomplete.stderr).toContain('checkpoints-incomplete');
    const replayed = await run(original);
    expect([replayed.code, JSON.parse(replayed.stdout).replayed]).toEqual([0, [3, 4]]);
    const [{ actor }] = (
      await copy.pool.query(`SELECT actor FROM resource_access_logs WHERE event = 'change-replayed' LIMIT 1`)
    ).rows as [{ actor: string }];
    expect(actor).toMatch(/^cli:/);
    // It looks again by itself.
    await until(async () => (await statusAt(server!, world.urls.grace)) === 200);
    expect(await statusAt(server, world.urls.ada)).toBe(403);
    expect(await statusAt(server, world.urls.linus)).toBe(403);
  });

  it('can be served without what nobody has kept, when an operator says so', async () => {
    const sink = new FileSink(join(copy.dataDir, 'others'));
    const log = new CheckpointLog({ sink, key: SIGNING_KEY, origin: 'o', clock: systemClock });
    await log.append('changes', { changes: { after: { epoch: 7, at: 1 }, entries: [] } });
    const { code } = await runCommand(
      ['restore', 'replay', '--accept-missing', '--checkpoints', join(copy.dataDir, 'others')],
      { DATABASE_URL: copy.databaseUrl, AUDIT_SIGNING_KEY },
    );
    expect(code).toBe(0);
    server = await copy.serve({ auditCheckpoints: join(copy.dataDir, 'others') });
    expect(await statusAt(server, world.urls.grace)).toBe(200);
    const revoked = await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect(((await revoked.json()) as { epoch: number }).epoch).toBeGreaterThan(7);
  });

  it('is told from checkpoints that name nobody and no path', async () => {
    // Keys and signatures are random and may spell anything; no name or path here is as long as they are.
    const text = (await readFile(await file(), 'utf8')).replace(/"[\w+/=-]{22,}"/g, '""');
    for (const word of ['ada', 'linus', 'grace', 'team', 'a.png']) expect(text).not.toContain(word);
  });
});
