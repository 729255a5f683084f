import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointLog } from '../audit/checkpoint-log.ts';
import { FileSink, type SinkLine } from '../audit/checkpoint-sink.ts';
import { lineHash, NO_LINE, readCheckpoint, signCheckpoint } from '../audit/checkpoint.ts';
import { systemClock } from '../platform/clock.ts';
import { CHANGES, CHANGES_TEXT } from './change-line.ts';
import { CheckpointsDamaged, newestRecorded, recordedLines, type LineTrust } from './recorded-lines.ts';

const newKey = () => generateKeyPairSync('ed25519').privateKey;

describe('Lines of changes', () => {
  const key = newKey();
  const trust: LineTrust = { keys: [createPublicKey(key)], deployment: 'ours' };
  let folder: string;
  let sink: FileSink;

  const change = (epoch: number, deployment = 'ours') => ({
    changes: {
      deployment,
      after: { epoch: epoch - 1, at: epoch - 1 },
      entries: [{ epoch, at: epoch, tenant: 'default', change: 'key-revoked', kids: [`kid-${epoch}`] }],
    },
  });
  const logOf = (options: { key?: typeof key; by?: 'command' } = {}): CheckpointLog =>
    new CheckpointLog({ sink, key, origin: 'o', clock: systemClock, ...options });
  const epochs = async (trusted: LineTrust = trust): Promise<number[]> => {
    const all: number[] = [];
    for await (const { entries } of recordedLines(sink.placed(), trusted))
      all.push(...entries.map(({ epoch }) => epoch));
    return all;
  };
  const file = async (): Promise<string> => join(folder, (await readdir(folder))[0] ?? '');
  const changeText = async (alter: (lines: string[]) => string[]): Promise<void> => {
    const lines = (await readFile(await file(), 'utf8')).trimEnd().split('\n');
    await writeFile(await file(), `${alter(lines).join('\n')}\n`);
  };
  /** Both ways of reading: all of it, and its end as at a start. */
  const expectRefused = async (says: RegExp): Promise<void> => {
    const named = new RegExp(`line \\d+ of ${folder}\\S+ ${says.source}`);
    await expectAsync(epochs()).toBeRejectedWithError(CheckpointsDamaged, named);
    await expectAsync(newestRecorded(await sink.tail(CHANGES_TEXT), trust)).toBeRejectedWithError(named);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-lines-'));
    sink = new FileSink(folder);
    const log = logOf();
    for (const epoch of [1, 2, 3]) await log.append(CHANGES, change(epoch));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are believed when a server of this deployment wrote them, there and in this order', async () => {
    expect(await epochs()).toEqual([1, 2, 3]);
  });

  it('are refused when somebody without the key appended one', async () => {
    await changeText((lines) => {
      const forged = { origin: 'o', at: new Date().toISOString(), type: CHANGES, ...change(4) };
      return [
        ...lines,
        signCheckpoint({ ...forged, chain: randomUUID(), number: 0, previous: NO_LINE }, newKey()),
      ];
    });
    await expectRefused(/names the key [0-9a-f]{16}.*AUDIT_SIGNING_KEY.*AUDIT_PREVIOUS_KEYS/);
    expect(await epochs({ ...trust, acceptsUnsigned: true })).toEqual([1, 2, 3, 4]);
  });

  it('are refused when one names our key and has another signature, or none', async () => {
    const good = await readFile(await file(), 'utf8');
    const said = readCheckpoint(good.split('\n')[2] ?? '');
    for (const end of [`,"signature":"${'A'.repeat(86)}"}`, '}']) {
      await writeFile(await file(), good);
      await changeText((lines) => [
        ...lines,
        JSON.stringify({ ...said, ...change(4), chain: randomUUID(), number: 0 }).replace(/\}$/, end),
      ]);
      await expectRefused(/is not signed by the key it names/);
    }
  });

  it('are refused when the last line of another type is forged, since a server would go on from it', async () => {
    await changeText((lines) => {
      const said = readCheckpoint(lines[2] ?? '');
      const body = { ...said, type: 'audit-heads', number: 3, previous: lineHash(lines[2] ?? '') };
      return [...lines, JSON.stringify({ ...body, changes: undefined })];
    });
    await expectRefused(/is not signed by the key it names/);
  });

  it('are refused when one was altered, taken out, repeated or moved', async () => {
    const good = await readFile(await file(), 'utf8');
    const damages: [RegExp, (lines: string[]) => string[]][] = [
      [/is not signed/, ([a = '', b = '', c = '']) => [a, b.replace('kid-2', 'kid-9'), c]],
      [/is not signed/, ([a = '', b = '', c = '']) => [a, b, c.replace('kid-3', 'kid-9')]],
      [/does not follow/, ([a = '', , c = '']) => [a, c]],
      [/does not follow/, ([a = '', b = '', c = '']) => [a, c, b]],
      [/does not follow/, (lines) => [...lines, lines[0] ?? '']],
    ];
    for (const [says, damage] of damages) {
      await writeFile(await file(), good);
      await changeText(damage);
      await expectRefused(says);
    }
  });

  it('are refused in the file of another month, and in another object of a bucket', async () => {
    const lines = await sink.tail(CHANGES_TEXT);
    await rename(await file(), join(folder, '2099-01.ndjson'));
    await expectRefused(/was not written there/);
    const inBucket = (place: number): SinkLine[] =>
      [{ text: '', file: 's3://b/1', number: 1, place }].map((line) => ({
        ...line,
        text: lines[0]?.text ?? '',
      }));
    await expectAsync(newestRecorded(inBucket(7), trust)).toBeRejectedWithError(
      /s3:\/\/b\/1 was not written/,
    );
  });

  it('are refused when they are of another deployment with the same key', async () => {
    await logOf().append(CHANGES, change(4, 'theirs'));
    await expectRefused(/is of another deployment/);
    expect(await epochs({ ...trust, deployment: undefined })).toEqual([1, 2, 3, 4]);
  });

  it('of an earlier key are believed when its public half is known, and only then', async () => {
    const next = newKey();
    await logOf({ key: next }).append(CHANGES, change(4));
    const keys = [createPublicKey(next)];
    await expectAsync(epochs({ ...trust, keys })).toBeRejectedWithError(/AUDIT_PREVIOUS_KEYS/);
    expect(await epochs({ ...trust, keys: [...keys, ...trust.keys] })).toEqual([1, 2, 3, 4]);
  });

  it('of a command stand between those of a server; the newest change counts, wherever it is', async () => {
    const log = logOf();
    await logOf({ by: 'command' }).append(CHANGES, change(6));
    await log.append(CHANGES, change(4));
    await log.append(CHANGES, change(5));
    expect(await epochs()).toEqual([1, 2, 3, 6, 4, 5]);
    const newest = await newestRecorded(await sink.tail(CHANGES_TEXT), trust);
    expect(newest?.entries[0]?.epoch).toBe(6);
    // Another run of the server goes on from its own line.
    await logOf().append(CHANGES, change(7));
    expect(await epochs()).toEqual([1, 2, 3, 6, 4, 5, 7]);
  });

  it('are kept whole when several processes append at the same time', async () => {
    const logs = Array.from(
      { length: 8 },
      () =>
        new CheckpointLog({
          sink: new FileSink(folder),
          key,
          origin: 'o',
          clock: systemClock,
          by: 'command',
        }),
    );
    await Promise.all(
      logs.map(async (log, i) => {
        for (let n = 0; n < 5; n++) await log.append(CHANGES, change(10 + i * 5 + n));
      }),
    );
    expect((await epochs()).length).toBe(43);
  });
});
