import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describeBlobStore } from './blob-store.contract.ts';
import { IncomingChangedError } from './blob-store.ts';
import { UnfinishedFiles } from './durable-file.ts';
import { fileBlobStore } from './file-blob-store.ts';
import { randomId } from './ids.ts';
import { describeIncomingBlobs } from './incoming-blobs.contract.ts';
import { processPlace } from './process-identity.ts';

const openStore = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-blobs-'));
  return { store: await fileBlobStore(dir), dispose: () => rm(dir, { recursive: true }) };
};
describeBlobStore('The file store', openStore);
describeIncomingBlobs('The file store', openStore);

describe('The file store', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-blobs-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('keeps objects where only this user can read them', async () => {
    const store = await fileBlobStore(dir);
    const key = randomId();
    await store.put(key, Buffer.from('secret'));
    for (const folder of ['objects', 'incoming', 'unfinished'])
      expect((await stat(join(dir, folder))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'objects', key.slice(0, 2), key))).mode & 0o777).toBe(0o600);
  });

  it('shows an object only when all of it has arrived', async () => {
    const store = await fileBlobStore(dir);
    const key = randomId();
    const source = new Readable({ read: () => undefined });
    const putting = store.put(key, source);
    source.push('first half, ');
    while ((await readdir(join(dir, 'unfinished'))).length === 0) await new Promise(setImmediate);
    expect(await store.head(key)).toBeUndefined();
    source.push('second half');
    source.push(null);
    await putting;
    expect(await store.head(key)).toEqual({ size: 23 });
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  });

  it('removes what a killed process had begun to write, and nothing that a living one is writing', async () => {
    const script = `
      import { Readable } from 'node:stream';
      import { fileBlobStore } from ${JSON.stringify(new URL('./file-blob-store.ts', import.meta.url).href)};
      const store = await fileBlobStore(${JSON.stringify(dir)});
      const source = new Readable({ read: () => undefined });
      source.push('half');
      void store.put('${randomId()}', source);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      '--conditions=source',
      '--input-type=module-typescript',
      '-e',
      script,
    ]);
    try {
      const unfinished = () => readdir(join(dir, 'unfinished')).catch(() => []);
      while ((await unfinished()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await fileBlobStore(dir);
      expect((await unfinished()).length).toBe(1);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await fileBlobStore(dir);
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  });

  it('leaves alone what another machine is writing, until nothing has come for a day', async () => {
    await fileBlobStore(dir);
    const folder = join(dir, 'unfinished');
    // No process of this machine has this id and start: what matters is where it was looked up.
    const names = [
      `4194304.1%40other-boot.${randomId()}.${randomUUID()}`,
      `4194304.1.${randomUUID()}`,
      'unknown',
    ];
    for (const name of [...names, `4194304.1.${processPlace()}.${randomUUID()}`])
      await writeFile(join(folder, name), 'x');
    await fileBlobStore(dir);
    expect((await readdir(folder)).sort()).toEqual(names.sort());
    const unfinished = new UnfinishedFiles(folder);
    await unfinished.clear(Date.now() + 23 * 3_600_000);
    expect((await readdir(folder)).length).toBe(names.length);
    await unfinished.clear(Date.now() + 25 * 3_600_000);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves no open file behind when a range is refused', async () => {
    if (process.platform !== 'linux') return pending('counts open files in /proc');
    const store = await fileBlobStore(dir);
    const key = randomId();
    await store.put(key, Buffer.from('0123456789'));
    const before = (await readdir('/proc/self/fd')).length;
    for (let n = 0; n < 20; n++) await store.get(key, { start: 99, end: 99 }).catch(() => undefined);
    expect((await readdir('/proc/self/fd')).length).toBe(before);
  });

  it('removes from incoming what a release before left unfinished there, and nothing of an upload', async () => {
    await fileBlobStore(dir);
    const [upload, foreign] = [randomId(), 'readme.txt'];
    const leftover = `4194304.1.${processPlace()}.${randomUUID()}`;
    for (const name of [upload, `${upload}.json`, foreign, leftover])
      await writeFile(join(dir, 'incoming', name), 'x');
    await fileBlobStore(dir);
    expect((await readdir(join(dir, 'incoming'))).sort()).toEqual([upload, `${upload}.json`, foreign].sort());
  });

  it('takes no upload that is written to in place after it was verified', async () => {
    const store = await fileBlobStore(dir);
    const [id, key] = [randomId(), randomId()];
    await store.incoming.put(id, Buffer.from('verified'));
    const found = await store.incoming.head(id);
    const file = await open(join(dir, 'incoming', id), 'r+');
    await file.write('other!!!');
    // As a write does that comes later than the clock's last tick.
    await file.utimes(new Date(), new Date(Date.now() + 1000));
    await file.close();
    await expectAsync(store.incoming.take(id, key, { tag: found!.tag })).toBeRejectedWithError(
      IncomingChangedError,
    );
    expect(await store.head(key)).toBeUndefined();
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  });

  it('drops what tus keeps beside an upload, and lists an upload of which only that is left', async () => {
    const store = await fileBlobStore(dir);
    const id = randomId();
    await writeFile(join(dir, 'incoming', `${id}.json`), '{}');
    const listed = [];
    for await (const upload of store.incoming.list()) listed.push(upload.id);
    expect(listed).toEqual([id]);
    await store.incoming.drop(id);
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });
});
