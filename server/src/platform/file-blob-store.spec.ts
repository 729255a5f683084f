import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describeBlobStore } from './blob-store.contract.ts';
import { fileBlobStore } from './file-blob-store.ts';
import { randomId } from './ids.ts';

describeBlobStore('The file store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-blobs-'));
  return { store: await fileBlobStore(dir), dispose: () => rm(dir, { recursive: true }) };
});

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
    for (const folder of ['objects', 'incoming'])
      expect((await stat(join(dir, folder))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'objects', key.slice(0, 2), key))).mode & 0o777).toBe(0o600);
  });

  it('shows an object only when all of it has arrived', async () => {
    const store = await fileBlobStore(dir);
    const key = randomId();
    const source = new Readable({ read: () => undefined });
    const putting = store.put(key, source);
    source.push('first half, ');
    while ((await readdir(join(dir, 'incoming'))).length === 0) await new Promise(setImmediate);
    expect(await store.head(key)).toBeUndefined();
    source.push('second half');
    source.push(null);
    await putting;
    expect(await store.head(key)).toEqual({ size: 23 });
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
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
      const incoming = () => readdir(join(dir, 'incoming')).catch(() => []);
      while ((await incoming()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await fileBlobStore(dir);
      expect((await incoming()).length).toBe(1);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await writeFile(join(dir, 'incoming', 'who-knows-what'), 'x');
    await fileBlobStore(dir);
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
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
});
