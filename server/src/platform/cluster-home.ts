import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { canEnter, giveTo, postgresAccount, privateFolder, type Account } from './postgres-account.ts';
import { StartError } from './start-error.ts';
import type { StartLog } from './start-log.ts';

/** Tells, in the data folder, where the cluster is when it cannot be there. */
const LOCATION = 'LOCATION';
/** Tells, beside a cluster that is elsewhere, which data folder it belongs to. */
const BELONGS_TO = 'BELONGS-TO';

/** Where the local cluster lives, and as whom it runs. */
export interface ClusterHome {
  /** Mode 0700; holds `cluster` (PGDATA), `password` and `postgres.log`. */
  home: string;
  /** `undefined`: as the user of this process. */
  account: Account | undefined;
}

/**
 * Decides where the cluster of a data folder lives: in it, unless this process is root and the account that
 * PostgreSQL needs then cannot get there (a clone under /root). Then it is under `elsewhere`, and a file LOCATION in
 * the data folder says so.
 *
 * @param dir the data folder's database folder, e.g. `data/postgres`; is made
 * @param elsewhere for tests; a folder that any user may enter
 * @throws StartError when the folder cannot be made, belongs to somebody else, or is a copy whose database was not
 *   copied with it
 */
export async function clusterHome(
  dir: string,
  log: StartLog,
  elsewhere = '/var/lib/countersign',
): Promise<ClusterHome> {
  try {
    return await settle(dir, log, elsewhere);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The database folder ${dir} cannot be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function settle(dir: string, log: StartLog, elsewhere: string): Promise<ClusterHome> {
  await makeFolder(dirname(dir));
  await makeFolder(dir, 0o700);
  const real = await realpath(dir);
  const located = await readLine(join(real, LOCATION));
  const account = await postgresAccount(join(located ?? real, 'cluster'), log);
  if (!account) {
    if (located) throw new StartError(`The database of ${real} is in ${located}: start as root to use it.`);
    await refuseForeign(real);
    return { home: real, account };
  }
  if (located) {
    await claim(located, real);
    await takeOver(located, account);
    return { home: located, account };
  }
  if (canEnter(account, dirname(real))) {
    await takeOver(real, account);
    return { home: real, account };
  }
  if (await readLine(join(real, 'cluster', 'PG_VERSION'))) {
    throw new StartError(
      `The user (uid ${account.uid}) that runs the database can no longer enter ${real}: let it.`,
    );
  }
  const home = await freeFolder(elsewhere, real, log);
  await privateFolder(home, account);
  await writeFile(join(home, BELONGS_TO), `${real}\n`);
  await writeFile(join(real, LOCATION), `${home}\n`);
  log.info(`PostgreSQL runs as another user, who cannot enter ${real}: its database is in ${home}`);
  return { home, account };
}

/** @returns where the cluster of a data folder is by now: `dir`, or where its LOCATION leads. Makes nothing. */
export async function locatedHome(dir: string): Promise<string> {
  return (await readLine(join(dir, LOCATION))) ?? dir;
}

/** Root may have got the folder from an archive or a `chown`: everything in it must be the account's. */
async function takeOver(home: string, account: Account): Promise<void> {
  if ((await stat(home)).uid === account.uid) return;
  await giveTo(account, home);
}

async function refuseForeign(home: string): Promise<void> {
  const owner = (await stat(home)).uid;
  if (process.getuid === undefined || owner === process.getuid()) return;
  throw new StartError(
    `The database folder ${home} belongs to another user (uid ${owner}): ` +
      `start as that user or as root, or name another folder with --data.`,
  );
}

/** A moved data folder keeps its database; a copied one must not share it with the original. */
async function claim(home: string, real: string): Promise<void> {
  const owner = await readLine(join(home, BELONGS_TO));
  if (owner === real) return;
  if (owner === undefined) {
    throw new StartError(
      `${join(real, LOCATION)} names ${home}, where there is no database: restore it, or delete that file.`,
    );
  }
  if ((await readLine(join(owner, LOCATION))) === home) {
    throw new StartError(
      `${real} is a copy of ${owner}, and its database in ${home} was not copied: ` +
        `delete ${join(real, LOCATION)} to start with an empty one.`,
    );
  }
  await writeFile(join(home, BELONGS_TO), `${real}\n`);
}

/** A data folder that was deleted leaves its database behind; a new one of the same name must not inherit it. */
async function freeFolder(elsewhere: string, real: string, log: StartLog): Promise<string> {
  // Whatever the umask: others must get through it.
  if (await mkdir(elsewhere, { recursive: true })) await chmod(elsewhere, 0o755);
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  for (let n = 1; ; n++) {
    const home = join(elsewhere, n === 1 ? name : `${name}-${n}`);
    const taken = await stat(home).catch(() => undefined);
    if (!taken) return home;
    log.warn(`${home} is left over from a data folder that was deleted; remove it when it is not needed`);
  }
}

async function readLine(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return text?.trim() || undefined;
}
