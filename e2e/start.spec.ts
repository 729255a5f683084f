import { createServer, type AddressInfo } from 'node:net';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filledFolder } from './testing/filled-folder.ts';
import {
  dataFolder,
  launch,
  ServerProcess,
  startServer,
  tryServer,
  type Ended,
} from './testing/server-process.ts';
import { isRunning, postmaster } from './testing/local-database.ts';

describe('npm start', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;

  beforeEach(async () => {
    folder = await dataFolder();
  });

  afterEach(() => folder.remove());

  /** For what a later start does too; the folder is removed with the test. */
  const filled = async (): Promise<typeof folder> => {
    await folder.remove();
    return (folder = await filledFolder());
  };

  /** One clear sentence and a non-zero exit; nothing that was started is left. */
  const expectSentence = (outcome: ServerProcess | Ended, words: RegExp): void => {
    if (outcome instanceof ServerProcess) {
      fail('the server started');
      return;
    }
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(outcome.stderr).not.toContain('    at ');
  };

  it('generates its secrets once, readable by nobody else, and never prints them', async () => {
    const first = await startServer(folder.path, [], { LOG_LEVEL: 'debug' });
    const secrets = join(folder.path, 'secrets');
    const names = await readdir(secrets);
    expect(names.length).toBeGreaterThanOrEqual(2);
    const before = await Promise.all(names.map((name) => readFile(join(secrets, name), 'utf8')));
    for (const name of names) expect((await stat(join(secrets, name))).mode & 0o777).toBe(0o600);
    for (const secret of before) expect(first.output).not.toContain(secret.trim());
    expect(await first.stop()).toBe(0);
    const second = await startServer(folder.path);
    const after = await Promise.all(names.map((name) => readFile(join(secrets, name), 'utf8')));
    expect(after).toEqual(before);
    await second.stop();
  });

  it('keeps a signed URL valid over a restart', async () => {
    const { path } = await filled();
    const first = await startServer(path);
    const token = await first.signIn('ada');
    const { url } = await first.post<{ url: string }>(
      '/api/resources/sign',
      { path: 'public/team/avatar-2.jpg', reason: 'restart' },
      token,
    );
    const { port } = new URL(first.origin);
    await first.stop();
    const second = (await tryServer(['--port', port, '--data', path])) as ServerProcess;
    expect((await fetch(url)).status).toBe(200);
    await second.stop();
  });

  it('ends the PostgreSQL it started, on SIGTERM', async () => {
    const { path } = await filled();
    const server = await startServer(path);
    const { pid } = await postmaster(path);
    expect(await isRunning(pid)).toBe(true);
    expect(await server.stop()).toBe(0);
    expect(await isRunning(pid)).toBe(false);
  });

  it('starts again after kill -9, and takes over what was left running', async () => {
    const { path } = await filled();
    const server = await startServer(path);
    await server.kill();
    const again = await startServer(path);
    const { pid } = await postmaster(path);
    expect((await fetch(`${again.origin}/health/ready`)).status).toBe(200);
    await again.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  it('says that the port is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    expectSentence(
      await tryServer(['--port', String(port), '--data', folder.path]),
      /^Port \d+ is in use.*--port/,
    );
    taken.close();
  });

  it('says that another instance uses the data folder, and leaves that one alone', async () => {
    const { path } = await filled();
    const first = await startServer(path);
    const second = await tryServer(['--port', '0', '--data', path]);
    expectSentence(second, new RegExp(`process ${first.child.pid}`));
    expect((await fetch(`${first.origin}/health/ready`)).status).toBe(200);
    await first.stop();
  });

  it('says that the data folder cannot be written', async () => {
    await writeFile(join(folder.path, 'file'), '');
    expectSentence(await tryServer(['--port', '0', '--data', join(folder.path, 'file')]), /--data|DATA_DIR/);
    const below = join(folder.path, 'file', 'data');
    expectSentence(await tryServer(['--port', '0', '--data', below]), /--data|DATA_DIR/);
  });

  it('names the setting that is wrong', async () => {
    const data = ['--data', folder.path];
    expectSentence(await tryServer([...data, '--port', 'http']), /^PORT: .*--port/);
    expectSentence(await tryServer([...data, '--photos', '/no/such/folder']), /^--photos: /);
    expect((await readdir(folder.path)).length).toBe(0);
    expectSentence(await tryServer(data, { LOG_LEVEL: 'loud' }), /^LOG_LEVEL: /);
    expectSentence(await tryServer(data, { MASTER_SECRET: 'short' }), /^MASTER_SECRET: /);
    expectSentence(
      await tryServer(data, { DATABASE_URL: 'postgres://127.0.0.1/x' }),
      /^MASTER_SECRET must be set/,
    );
    expectSentence(await tryServer(data, { HOST: '0.0.0.0', PORT: '0' }), /^DELIVERY_URL must be set/);
    expectSentence(await tryServer([...data, '--colour', 'red']), /--colour/);
  });

  it('says which database it cannot reach, without its password', async () => {
    const outcome = await tryServer(['--port', '0', '--data', folder.path], {
      DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/countersign',
      MASTER_SECRET: 'master-0123456789-abcdefghijklmnop',
      JWT_SECRET: 'jwt-0123456789-abcdefghijklmnopqrst',
      AUDIT_SIGNING_KEY: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
    });
    expectSentence(outcome, /127\.0\.0\.1:1/);
    expect((outcome as Ended).stderr).not.toContain('hunter2');
  });

  it('says what it can do with --help', async () => {
    const outcome = (await tryServer(['--help'])) as Ended;
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('--photos DIR');
  });

  it('stops cleanly when it is told to while it starts', async () => {
    const { child, outcome } = launch(['--port', '0', '--data', folder.path]);
    // The database is there, so it is in the middle of starting.
    const databaseIsThere = (): Promise<boolean> =>
      postmaster(folder.path).then(
        ({ port }) => port > 0,
        () => false,
      );
    while (!(await databaseIsThere())) await sleep(5);
    const { pid } = await postmaster(folder.path);
    child.kill('SIGTERM');
    const ended = await outcome;
    expect(ended).toEqual(jasmine.objectContaining({ code: 0 }));
    expect(await isRunning(pid)).toBe(false);
  });
});
