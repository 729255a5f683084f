import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startLocalPostgres, stopLeftPostgres, type LocalPostgres } from './local-postgres.ts';
import { leftPostmaster, readPidFile, stopPostmaster } from './postmaster.ts';
import { processStart } from './process-identity.ts';
import { StartError } from './start-error.ts';
import { ordinaryUser, runScript, type OrdinaryUser } from './testing/run-as.ts';
import { scratchFolder } from './testing/scratch-folder.ts';
import { shortLog } from './testing/short-log.ts';

const module = JSON.stringify(new URL('./local-postgres.ts', import.meta.url).href);

/** Starts a database, tells `{url, pid}`, and ends it when its input ends. */
const keeper = (dir: string) => `
  import { startLocalPostgres } from ${module};
  const log = { info() {}, warn() {}, error() {} };
  try {
    const { url, pid, stop } = await startLocalPostgres({ dir: ${JSON.stringify(dir)}, log, fsync: false });
    console.log(JSON.stringify({ url, pid }));
    process.stdin.on('end', stop).resume();
  } catch (error) {
    console.log(JSON.stringify({ name: error.name, message: error.message }));
  }`;

const users: { as: string; user: () => OrdinaryUser | undefined }[] = [
  { as: process.getuid?.() === 0 ? 'root' : 'this user', user: () => undefined },
];
if (ordinaryUser()) users.push({ as: 'an ordinary user', user: ordinaryUser });

async function queryOne<T>(url: string, statement: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows[0]?.[0] as T;
  } finally {
    await client.end();
  }
}

describe('The local PostgreSQL', () => {
  let base: string;
  let dir: string;
  let started: LocalPostgres[];
  let prepared: string;
  const log = shortLog();

  beforeAll(async () => {
    prepared = await mkdtemp(join(scratchFolder(), 'countersign-pg-prepared-'));
    await chmod(prepared, 0o777);
    await (await startLocalPostgres({ dir: join(prepared, 'postgres'), log, fsync: false })).stop();
  });
  afterAll(() => rm(prepared, { recursive: true }));

  beforeEach(async () => {
    base = await mkdtemp(join(scratchFolder(), 'countersign-pg-'));
    await chmod(base, 0o777);
    dir = join(base, 'data', 'postgres');
    started = [];
    log.lines.length = 0;
  });
  afterEach(async () => {
    for (const postgres of started) await postgres.stop();
    await stopLeftPostgres(dir);
    // An initdb that outlived its starter may still be writing.
    await rm(base, { recursive: true, maxRetries: 20, retryDelay: 100 });
  });
  /** As after an earlier start; copied, since making a cluster takes longer than all the rest. */
  const givenCluster = async () => {
    await mkdir(join(base, 'data'));
    await promisify(execFile)('cp', ['-a', join(prepared, 'postgres'), dir]);
  };
  const start = async (options: Partial<Parameters<typeof startLocalPostgres>[0]> = {}) => {
    const postgres = await startLocalPostgres({ dir, log, fsync: false, ...options });
    started.push(postgres);
    return postgres;
  };

  it('answers queries, keeps what was written over a restart, and keeps its port', async () => {
    const first = await start();
    await queryOne(first.url, 'CREATE TABLE note AS SELECT 42 AS n');
    await first.stop();
    expect(processStart(first.pid)).toBeUndefined();
    const second = await start();
    expect(await queryOne<number>(second.url, 'SELECT n FROM note')).toBe(42);
    expect(second.url).toBe(first.url);
  });

  it('has checksums, UTF-8, C collation, UTC, and fsync unless a test turns it off', async () => {
    await givenCluster();
    const { url } = await start({ fsync: true });
    const settings = { data_checksums: 'on', server_encoding: 'UTF8', TimeZone: 'UTC', fsync: 'on' };
    for (const [name, value] of Object.entries(settings))
      expect(await queryOne<string>(url, `SHOW ${name}`)).toBe(value);
    const collation = 'SELECT datcollate FROM pg_database WHERE datname = current_database()';
    expect(await queryOne<string>(url, collation)).toBe('C');
  });

  it('listens on 127.0.0.1 only, and wants its password', async () => {
    await givenCluster();
    const { url } = await start();
    expect(await queryOne<string>(url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await queryOne<string>(url, 'SHOW unix_socket_directories')).toBe('');
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expectAsync(queryOne(wrong.href, 'SELECT 1')).toBeRejectedWithError(
      /password authentication failed/,
    );
    const stored = await queryOne<string>(url, 'SELECT rolpassword FROM pg_authid WHERE rolcanlogin');
    expect(stored).toMatch(/^SCRAM-SHA-256\$/);
  });

  it('keeps its files and its password to itself', async () => {
    const { url } = await start();
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'password'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(dir, 'password'), 'utf8')).trim()).toBe(new URL(url).password);
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-eo', 'args']);
    expect(stdout).not.toContain(new URL(url).password);
    expect(log.lines.join('\n')).not.toContain(new URL(url).password);
  });

  it('can be stopped twice at once', async () => {
    await givenCluster();
    const postgres = await start();
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(processStart(postgres.pid)).toBeUndefined();
  });

  for (const { as, user } of users) {
    it(`runs when started by ${as}, and ends with its starter`, async () => {
      const keeperScript = runScript(keeper(dir), user());
      const { url, pid } = await keeperScript.next();
      expect(await queryOne<string>(String(url), 'SELECT current_database()::text')).toBe('countersign');
      expect((await stat(`/proc/${pid}`).catch(() => undefined))?.uid).not.toBe(0);
      keeperScript.child.stdin.end();
      await keeperScript.ended;
      expect(processStart(Number(pid))).toBeUndefined();
    });

    it(`is taken over after kill -9 of ${as}'s process, and ends with the new one`, async () => {
      const killed = runScript(keeper(dir), user());
      const before = await killed.next();
      killed.child.kill('SIGKILL');
      await killed.ended;
      expect(processStart(Number(before['pid']))).toBeDefined();
      const next = runScript(keeper(dir), user());
      expect(await next.next()).toEqual(before);
      next.child.stdin.end();
      await next.ended;
      expect(processStart(Number(before['pid']))).toBeUndefined();
    });
  }

  it('is not left half-made when the process is killed while the cluster is made', async () => {
    const killed = runScript(keeper(dir));
    while (!(await readdir(dir).catch((): string[] => [])).some((name) => name.startsWith('cluster.unf'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { url } = await start();
    expect(await queryOne<number>(url, 'SELECT 1')).toBe(1);
  });

  it('recovers when PostgreSQL itself was killed', async () => {
    await givenCluster();
    const first = await start();
    await queryOne(first.url, 'CREATE TABLE note AS SELECT 42 AS n');
    process.kill(first.pid, 'SIGKILL');
    while (processStart(first.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await start();
    expect(await queryOne<number>(second.url, 'SELECT n FROM note')).toBe(42);
  });

  for (const { what, pid } of [
    { what: 'a process that is not PostgreSQL', pid: () => process.pid },
    { what: 'no process any more', pid: () => spawnSync('true').pid },
  ]) {
    it(`is not confused by a pid file that names ${what}`, async () => {
      await givenCluster();
      const file = join(dir, 'cluster', 'postmaster.pid');
      await writeFile(
        file,
        `${pid()}\n${join(dir, 'cluster')}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`,
      );
      const { url, pid: running } = await start();
      expect(running).not.toBe(pid());
      expect(await queryOne<number>(url, 'SELECT 1')).toBe(1);
    });
  }

  it('is not confused by a pid file that names the PostgreSQL of another folder', async () => {
    await givenCluster();
    const other = await startLocalPostgres({ dir: join(base, 'other'), log, fsync: false });
    try {
      await (await start()).stop();
      await writeFile(
        join(dir, 'cluster', 'postmaster.pid'),
        await readFile(join(base, 'other/cluster/postmaster.pid')),
      );
      const { url, pid } = await start();
      expect(pid).not.toBe(other.pid);
      expect(await queryOne<string>(url, 'SHOW data_directory')).toContain(dir);
      expect(await queryOne<number>(other.url, 'SELECT 1')).toBe(1);
    } finally {
      await other.stop();
    }
  });

  it('is restarted rather than taken over when it was left running without fsync', async () => {
    await givenCluster();
    const left = await start();
    const { url, pid } = await start({ fsync: true });
    expect(pid).not.toBe(left.pid);
    expect(await queryOne<string>(url, 'SHOW fsync')).toBe('on');
  });

  it('takes another port when its own is taken', async () => {
    await givenCluster();
    const port = await readFile(join(dir, 'port'), 'utf8');
    const squatter = createServer().listen(Number(port), '127.0.0.1');
    try {
      const second = await start();
      expect(new URL(second.url).port).not.toBe(port.trim());
      expect(await queryOne<number>(second.url, 'SELECT 1')).toBe(1);
    } finally {
      squatter.close();
    }
  });

  it('leaves no server behind when it cannot open the database', async () => {
    await givenCluster();
    await writeFile(join(dir, 'password'), 'not the password\n');
    await expectAsync(start()).toBeRejectedWithError(
      StartError,
      /cannot be opened.*password authentication failed/,
    );
    expect(await readPidFile(join(dir, 'cluster'))).toBeUndefined();
    expect(await leftPostmaster(join(dir, 'cluster'))).toBeUndefined();
  });

  it('says what is missing when the password file is gone', async () => {
    await givenCluster();
    await rm(join(dir, 'password'));
    await expectAsync(start()).toBeRejectedWithError(StartError, /password of the database is missing/);
  });

  it('says in one sentence what PostgreSQL says when it does not start', async () => {
    await givenCluster();
    await rm(join(dir, 'cluster', 'global', 'pg_control'));
    await expectAsync(start()).toBeRejectedWithError(
      StartError,
      /did not start: .*pg_control.*postgres\.log/,
    );
    expect(await leftPostmaster(join(dir, 'cluster'))).toBeUndefined();
  });

  it('ends a server whose fast shutdown hangs', async () => {
    await givenCluster();
    const postgres = await start();
    const checkpointer = `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`;
    process.kill(await queryOne<number>(postgres.url, checkpointer), 'SIGSTOP');
    const left = await leftPostmaster(join(dir, 'cluster'));
    await stopPostmaster(left!, 200);
    expect(processStart(postgres.pid)).toBeUndefined();
    expect(await queryOne<number>((await start()).url, 'SELECT 1')).toBe(1);
  }, 30_000);

  it('refuses before it begins when the disk is nearly full', async () => {
    const small = join(base, 'small');
    await mkdir(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0777', 'tmpfs', small]).status !== 0) {
      return pending('cannot mount a small disk here');
    }
    try {
      await expectAsync(start({ dir: join(small, 'postgres') })).toBeRejectedWithError(
        StartError,
        /not enough disk space.*has 20 MB left.*--data.*DATABASE_URL/,
      );
    } finally {
      spawnSync('umount', [small]);
    }
  });

  it('closes its port when it is stopped', async () => {
    await givenCluster();
    const postgres = await start();
    await postgres.stop();
    const socket = connect(Number(new URL(postgres.url).port), '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    expect(error.code).toBe('ECONNREFUSED');
  });
});
