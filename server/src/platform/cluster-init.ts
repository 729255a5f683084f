import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterHome } from './cluster-home.ts';
import { postgresProgram, type PostgresBinaries } from './postgres-binaries.ts';
import { postgresEnvironment } from './postmaster.ts';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

/** What a new cluster needs: its files, the first segments of its log, and room to begin with. */
const SPACE_NEEDED_MB = 150;

/** Each attempt has its own folder: the initdb of a killed process may still be at work in another. */
const UNFINISHED = 'cluster.unfinished-';

/** Superuser of the local cluster. */
export const SUPERUSER = 'countersign';

/** Major version that made the cluster, `undefined` when there is none yet. */
export async function clusterMajor(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/**
 * Makes a cluster with page checksums, UTF-8, C collation and a random superuser password. It appears under its name
 * only when it is whole.
 *
 * @param home gets `cluster` and `password` (mode 0600)
 * @param sync whether to wait until all of it is on the disk; only tests do not
 * @throws StartError when it cannot be made, with what initdb says
 */
export async function initialiseCluster(
  { home, account }: ClusterHome,
  binaries: PostgresBinaries,
  sync: boolean,
): Promise<void> {
  await refuseFullDisk(home);
  const unfinished = join(home, `${UNFINISHED}${randomUUID()}`);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const options = [
    ['--pgdata', unfinished],
    ['--username', SUPERUSER],
    ['--pwfile', passwordFile],
    ['--auth', 'scram-sha-256'],
    ['--encoding', 'UTF8'],
    ['--locale', 'C'],
    ['--data-checksums'],
    sync ? [] : ['--no-sync'],
  ].flat();
  try {
    await run(postgresProgram(binaries, 'initdb'), options, {
      ...account,
      cwd: '/',
      env: postgresEnvironment(),
    });
    await rename(unfinished, join(home, 'cluster'));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw new StartError(`The database in ${home} could not be made: ${reason(error as InitFailure)}`, {
      cause: error,
    });
  }
}

/** Removes what attempts that were killed left; what cannot be removed yet goes at a later start. */
export async function removeUnfinished(home: string): Promise<void> {
  const names = await readdir(home);
  const unfinished = names.filter((name) => name.startsWith(UNFINISHED));
  await Promise.allSettled(unfinished.map((name) => rm(join(home, name), { recursive: true })));
}

/** Reads the superuser password of a cluster that was made by {@link initialiseCluster}. */
export async function clusterPassword(home: string): Promise<string> {
  const file = join(home, 'password');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new StartError(
      `The password of the database is missing: restore ${file}, or delete ${home} with all its data.`,
      {
        cause: error,
      },
    );
  }
}

async function refuseFullDisk(home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  if (freeMb >= SPACE_NEEDED_MB) return;
  throw new StartError(
    `There is not enough disk space for the database: ${home} has ${freeMb} MB left and needs ${SPACE_NEEDED_MB} MB; ` +
      `make room, name another folder with --data, or set DATABASE_URL.`,
  );
}

type InitFailure = Error & { stderr?: string };

function reason(error: InitFailure): string {
  const lines = (error.stderr || error.message)
    .split('\n')
    .filter((line) => /error|fatal|no space|could not/i.test(line));
  return lines.at(0)?.trim() ?? error.message;
}
