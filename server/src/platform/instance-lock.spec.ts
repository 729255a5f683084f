import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ordinaryUser, runScript, type RunningScript } from './testing/run-as.ts';
import { lockDataFolder } from './instance-lock.ts';
import { StartError } from './start-error.ts';

const module = JSON.stringify(new URL('./instance-lock.ts', import.meta.url).href);

/** Tells `{held: true}` or `{refused: message}` and then waits to be ended. */
const holder = (dir: string) => `
  import { lockDataFolder } from ${module};
  try {
    await lockDataFolder(${JSON.stringify(dir)});
    console.log(JSON.stringify({ held: true }));
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(JSON.stringify({ refused: error.message, name: error.name }));
  }`;

describe('The lock of a data folder', () => {
  let dir: string;
  let scripts: RunningScript[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
    scripts = [];
  });
  afterEach(async () => {
    for (const { child } of scripts) child.kill('SIGKILL');
    await Promise.all(scripts.map(({ ended }) => ended));
    await rm(dir, { recursive: true });
  });
  const start = (script: string, user?: Parameters<typeof runScript>[1]) => {
    const running = runScript(script, user);
    scripts.push(running);
    return running;
  };

  it('refuses a second process and names the first', async () => {
    const first = start(holder(dir));
    expect(await first.next()).toEqual({ held: true });
    await expectAsync(lockDataFolder(dir)).toBeRejectedWithError(
      StartError,
      `Another Countersign (process ${first.child.pid}) is using the data folder ${dir}: ` +
        `end it, or name another folder with --data.`,
    );
  });

  it('refuses a second use in the same process, by whatever path', async () => {
    const lock = await lockDataFolder(dir);
    const alias = `${dir}-alias`;
    await symlink(dir, alias);
    try {
      await expectAsync(lockDataFolder(alias)).toBeRejectedWithError(StartError, /is using/);
    } finally {
      await rm(alias);
      await lock.release();
    }
  });

  it('is free again after its release', async () => {
    await (await lockDataFolder(dir)).release();
    await (await lockDataFolder(dir)).release();
    expect(await readdir(join(dir, 'instances'))).toEqual([]);
  });

  it('is free after kill -9', async () => {
    const first = start(holder(dir));
    await first.next();
    first.child.kill('SIGKILL');
    await first.ended;
    await (await lockDataFolder(dir)).release();
  });

  it('is free when the number of the dead process now belongs to another one', async () => {
    const other = start('console.log("{}"); setInterval(() => {}, 1000)');
    await other.next();
    await mkdir(join(dir, 'instances'));
    await writeFile(join(dir, 'instances', String(other.child.pid)), '12345@an-earlier-boot');
    await (await lockDataFolder(dir)).release();
  });

  it('lets at most one of many go on that start at once', async () => {
    const all = Array.from({ length: 4 }, () => start(holder(dir)));
    const answers = await Promise.all(all.map((script) => script.next()));
    expect(answers.filter(({ held }) => held).length).toBeLessThanOrEqual(1);
    for (const { name } of answers.filter(({ refused }) => refused)) expect(name).toBe('StartError');
  });

  it('says so where the system makes no folders', async () => {
    if (process.platform !== 'linux') return pending('there is no /proc');
    await expectAsync(lockDataFolder('/proc/countersign')).toBeRejectedWithError(
      StartError,
      /\/proc\/countersign is not writable \(ENOENT\).*--data/,
    );
  });

  it('says that the folder cannot be written, and how to name another', async () => {
    const user = ordinaryUser();
    await chmod(dir, 0o555);
    if (user) {
      const { refused, name } = await start(holder(dir), user).next();
      expect(name).toBe('StartError');
      expect(refused).toMatch(/is not writable \(EACCES\).*--data/);
    } else {
      const inside = join(dir, 'file', 'data');
      await chmod(dir, 0o755);
      await writeFile(join(dir, 'file'), '');
      await expectAsync(lockDataFolder(inside)).toBeRejectedWithError(StartError, /is not writable.*--data/);
    }
  });
});
