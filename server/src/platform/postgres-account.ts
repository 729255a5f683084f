import { execFile, spawnSync } from 'node:child_process';
import { chown, lchown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.ts';
import type { StartLog } from './start-log.ts';

const run = promisify(execFile);

/** The user made for PostgreSQL on a machine that has none. */
const OWN_USER = 'countersign';

/** A user of the operating system, by number. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that PostgreSQL runs as when this process is root, which initdb and postgres refuse: the owner of the
 * existing cluster, else the system's `postgres` user, else a system user that is made for it.
 *
 * @param cluster folder of the cluster; need not exist
 * @param log is told the command that makes a user
 * @returns `undefined` when this process is not root: then PostgreSQL runs as the same user
 * @throws StartError when no user can be made
 */
export async function postgresAccount(cluster: string, log: StartLog): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  // Whoever started it first goes on being able to start it.
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp('postgres')) ?? (await lookUp(OWN_USER)) ?? (await makeUser(log));
}

/** Gives a folder and everything in it to the account; links are not followed. */
export async function giveTo(account: Account, folder: string): Promise<void> {
  await chown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}

/** Makes a folder (and its parents) that only the account, or else this user, can read. */
export async function privateFolder(folder: string, account: Account | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account) await chown(folder, account.uid, account.gid);
}

/** Whether the account may enter the folder: asked by trying, so that ACLs and every ancestor count. */
export function canEnter(account: Account, folder: string): boolean {
  const shell = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  return shell.status === 0;
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function makeUser(log: StartLog): Promise<Account> {
  // The second form is that of Alpine.
  const commands = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OWN_USER],
    ['adduser', '-S', '-D', '-H', OWN_USER],
  ] as const;
  for (const [program, ...options] of commands) {
    try {
      await run(program, options);
    } catch {
      continue;
    }
    log.info(
      `PostgreSQL must not run as root, so a system user was made: ${[program, ...options].join(' ')}`,
    );
    const account = await lookUp(OWN_USER);
    if (account) return account;
  }
  throw new StartError(
    `PostgreSQL must not run as root, and the system user "${OWN_USER}" could not be made: ` +
      `start as an ordinary user, or make it (${commands[0].join(' ')}), or set DATABASE_URL.`,
  );
}
