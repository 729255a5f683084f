import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

describe('Making a folder', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'countersign-folder-'));
  });
  afterEach(() => rm(base, { recursive: true }));

  it('makes its parents too, and does not mind that it exists', async () => {
    const folder = join(base, 'a', 'b', 'c');
    await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(join(base, 'a', 'b'))]);
    await makeFolder(folder, 0o700);
    expect((await stat(folder)).isDirectory()).toBeTrue();
  });

  it('gives what it makes the mode that is asked for', async () => {
    await makeFolder(join(base, 'a', 'b'), 0o700);
    expect((await stat(join(base, 'a'))).mode & 0o777).toBe(0o700);
  });

  it('fails where a file is in the way', async () => {
    await writeFile(join(base, 'file'), '');
    await expectAsync(makeFolder(join(base, 'file'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EEXIST' }),
    );
    await expectAsync(makeFolder(join(base, 'file', 'a'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'ENOTDIR' }),
    );
  });

  it('fails, rather than tries for ever, where the system makes no folders', async () => {
    if (process.platform !== 'linux') return pending('there is no /proc');
    for (const folder of ['/proc/countersign', '/proc/countersign/data']) {
      await expectAsync(makeFolder(folder)).toBeRejectedWith(jasmine.objectContaining({ code: 'ENOENT' }));
    }
  });
});
