import { createPublicKey, type KeyObject } from 'node:crypto';
import { access, constants, open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { z } from 'zod';
import { auditEnvironment } from '../../audit-environment.ts';
import { bucketSink, isBucketPlace } from '../../audit/bucket-sink.ts';
import { FileSink, type CheckpointSink } from '../../audit/checkpoint-sink.ts';
import { parsePublicKey, parseSigningKey } from '../../audit/signing-key.ts';
import { openPools, type DatabaseAddresses } from '../../database-pools.ts';
import { withConnection } from '../../platform/with-connection.ts';
import { CHANGES_TEXT, lastMark } from '../../restores/change-line.ts';
import { deploymentOf, readLogAfter } from '../../restores/epoch-log.store.ts';
import { BEGINNING } from '../../restores/mark.ts';
import { CheckpointsDamaged, newestRecorded } from '../../restores/recorded-lines.ts';
import { s3Environment, s3Of } from '../../s3-environment.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding, type Surroundings } from './check.ts';

const DATABASE_MS = 5_000;
/** A server writes down what it hears of in milliseconds. */
const PATIENCE_MS = 2_000;
const RESTORES = 'see docs/database.md, After a restore or a failover';

/** Whether changes can be kept out of the database's reach, and whether one of the two is behind the other. */
export const checkpointsCheck: Check = {
  name: 'checkpoints',
  async run(surroundings) {
    const { variables, dataDir, database } = surroundings;
    const named = variables['AUDIT_CHECKPOINTS'];
    if (named === 'stdout') {
      return [
        warning(
          'AUDIT_CHECKPOINTS is stdout: at its start no server can tell whether the database was set back',
          'keep them in a folder or a bucket, or replay the collected lines after every restore',
        ),
      ];
    }
    const place = named ?? join(dataDir, 'checkpoints');
    const sink: CheckpointSink = isBucketPlace(place)
      ? await bucketSink(place, s3Settings(variables))
      : new FileSink(place);
    try {
      const folder = isBucketPlace(place) ? [] : await ofFolder(place);
      if (folder.some(({ level }) => level === 'problem')) return folder;
      return [...folder, ...(database ? await compared(place, sink, database, surroundings) : [])];
    } finally {
      sink.close?.();
    }
  },
};

/** Nothing is written: in a folder that only grows it would stay. */
async function ofFolder(folder: string): Promise<Finding[]> {
  const change = `give it to the user who runs the server, and run this as that user; or name another folder in AUDIT_CHECKPOINTS`;
  try {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) {
      await access(await firstThatIs(dirname(folder)), constants.W_OK);
      return [ok(`${folder} is not there yet; the server makes it`)];
    }
    if (!found.isDirectory()) return [problem(`${folder} is a file`, 'name a folder in AUDIT_CHECKPOINTS')];
    await access(folder, constants.W_OK | constants.X_OK);
    const newest = (await readdir(folder))
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .at(-1);
    if (newest !== undefined) await (await open(join(folder, newest), 'a')).close();
    return [ok(`${folder} can be written to`)];
  } catch (error) {
    return [problem(`${folder} is not writable: ${wordsOf(error)}; receipts would wait`, change)];
  }
}

async function firstThatIs(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere ? folder : firstThatIs(dirname(folder));
}

async function compared(
  place: string,
  sink: CheckpointSink,
  database: DatabaseAddresses,
  surroundings: Surroundings,
): Promise<Finding[]> {
  const pools = await openPools(database, pino({ level: 'silent' })).catch(
    (error: unknown) => error as Error,
  );
  // A database that does not answer, or is not migrated, is told by its own check.
  if (pools instanceof Error)
    return [warning(`they were not compared with the database: ${wordsOf(pools)}`, 'look at the database')];
  try {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await compareOnce(place, sink, pools.holder, surroundings);
      if (found.level === 'ok' || Date.now() >= until) return [found];
      await sleep(PATIENCE_MS / 4);
    }
  } finally {
    await pools.end();
  }
}

async function compareOnce(
  place: string,
  sink: CheckpointSink,
  holder: Parameters<typeof withConnection>[0],
  surroundings: Surroundings,
): Promise<Finding> {
  const keys = await keysHere(surroundings);
  try {
    const deployment = await withConnection(holder, DATABASE_MS, deploymentOf);
    const tail = (await sink.tail(CHANGES_TEXT)) ?? [];
    const last = await newestRecorded(tail, { keys, deployment, acceptsUnsigned: keys.length === 0 });
    const through = last ? lastMark(last) : BEGINNING;
    const { isKnown, newest } = await withConnection(holder, DATABASE_MS, (connection) =>
      readLogAfter(connection, through, 0),
    );
    if (!isKnown) {
      return problem(
        `the database is behind its checkpoints: it lacks change ${through.epoch}, as after a restore, and nothing is served`,
        `restart the servers, or run countersign restore replay --dry-run --checkpoints ${place} (${RESTORES})`,
      );
    }
    if (newest.epoch > through.epoch) {
      return warning(
        `the checkpoints end at change ${through.epoch}, and the database is at ${newest.epoch}: a restored backup would revive what came between`,
        'start a server here, which writes the rest; when one runs, look for ALARM in its log, and whether AUDIT_CHECKPOINTS is its place',
      );
    }
    return ok(`the database and its checkpoints are at the same change (${newest.epoch})`);
  } catch (error) {
    const change =
      error instanceof CheckpointsDamaged ? RESTORES : 'look at AUDIT_CHECKPOINTS and at what it names';
    return problem(`the checkpoints cannot be believed: ${wordsOf(error)}`, change);
  }
}

/** What is not valid is told by the check of the configuration. */
function s3Settings(variables: Readonly<Record<string, string>>): ReturnType<typeof s3Of> {
  return s3Of(z.object(s3Environment).parse(variables));
}

async function keysHere({ variables, dataDir, isProduction }: Surroundings): Promise<KeyObject[]> {
  const own =
    variables['AUDIT_SIGNING_KEY'] ??
    (isProduction
      ? ''
      : await readFile(join(dataDir, 'secrets', 'audit-signing-key'), 'utf8').catch(() => ''));
  const signing = parseSigningKey(own.trim());
  const previous =
    auditEnvironment.AUDIT_PREVIOUS_KEYS.safeParse(variables['AUDIT_PREVIOUS_KEYS']).data ?? [];
  return [
    ...(signing ? [createPublicKey(signing)] : []),
    ...previous.flatMap((text) => parsePublicKey(text) ?? []),
  ];
}
