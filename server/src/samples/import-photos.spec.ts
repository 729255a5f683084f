import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { Problem } from '../platform/problem.ts';
import { StartError } from '../platform/start-error.ts';
import { importPhotos, type ImportOptions } from './import-photos.ts';
import { MemoryTarget } from './testing/memory-target.ts';

describe('Importing a folder of photos', () => {
  let folder: string;
  let target: MemoryTarget;
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-photos-'));
    target = new MemoryTarget();
    lines = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (options: ImportOptions = {}) =>
    importPhotos(target, folder, { info: (line) => void lines.push(line) }, options);
  let hue = 0;
  const picture = (width = 40, height = 30): Sharp =>
    sharp({ create: { width, height, channels: 3, background: { r: (hue += 37) % 256, g: 120, b: 90 } } });
  const put = async (name: string, bytes: Promise<Buffer> | Buffer | string = picture().jpeg().toBuffer()) =>
    writeFile(join(folder, name), await bytes);
  const paths = () => [...target.resources.keys()].map((path) => path.replace('public/team/', ''));
  const reasons = async (options?: ImportOptions) => {
    const { refused } = await run(options);
    return Object.fromEntries(refused.map(({ name, reason }) => [name, reason]));
  };

  it('takes JPEG, PNG, WebP, GIF and AVIF, and decides the type by the bytes and not by the name', async () => {
    await put('a.png', picture().jpeg().toBuffer());
    await put('b.jpg', picture().png().toBuffer());
    await put('c', picture().webp().toBuffer());
    await put('d.txt', picture().gif().toBuffer());
    await put('e.JPEG', picture().avif().toBuffer());
    expect((await run()).imported).toBe(5);
    expect([...target.resources.values()].map(({ path, contentType }) => [path, contentType])).toEqual([
      ['public/team/a.jpg', 'image/jpeg'],
      ['public/team/b.png', 'image/png'],
      ['public/team/c.webp', 'image/webp'],
      ['public/team/d.gif', 'image/gif'],
      ['public/team/e.avif', 'image/avif'],
    ]);
  });

  it('keeps names as people wrote them, under paths that are safe everywhere', async () => {
    const names = ['100%.jpg', 'Jürgen Groß.jpg', 'my photo.jpg', 'party 🎉.jpg', '日本.jpg'];
    for (const name of names) await put(name);
    await run();
    const shown = [...target.resources.values()].map(({ displayName }) => displayName);
    expect(shown.sort()).toEqual(names.sort());
    expect(paths().sort()).toEqual([
      '100.jpg',
      'juergen-gross.jpg',
      'my-photo.jpg',
      'party.jpg',
      'photo.jpg',
    ]);
  });

  it('takes a file whose name is not valid UTF-8', async () => {
    if (process.platform !== 'linux') return pending('only Linux allows such names');
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]);
    await writeFile(name, await picture().jpeg().toBuffer());
    expect((await run()).imported).toBe(1);
    expect(paths()).toEqual(['caf.jpg']);
  });

  it('keeps every pixel and which way up it is, without what else EXIF says', async () => {
    const exif = { IFD0: { Copyright: 'SECRET' } };
    const bytes = await picture(40, 30).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await put('upright.jpg', bytes);
    await run();
    const body = target.resources.get('public/team/upright.jpg')?.body ?? Buffer.alloc(0);
    expect((await sharp(body).metadata()).orientation).toBe(6);
    expect(await sharp(body).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
    expect(bytes.includes('SECRET')).toBeTrue();
    expect(body.includes('SECRET')).toBeFalse();
    expect(await run()).toEqual(jasmine.objectContaining({ imported: 0 }));
  });

  it('takes a photo of twelve megabytes', async () => {
    const noise = { width: 2600, height: 1600, channels: 3 } as const;
    const raw = randomBytes(noise.width * noise.height * 3);
    const bytes = await sharp(raw, { raw: noise })
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .toBuffer();
    expect(bytes.length).toBeGreaterThan(10e6);
    await put('big.jpg', bytes);
    expect((await run()).imported).toBe(1);
  });

  it('takes an animation', async () => {
    const frames = await Promise.all([1, 2, 3].map(() => picture().png().toBuffer()));
    await put(
      'moving.gif',
      sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    );
    expect((await run()).imported).toBe(1);
  });

  it('names each file that is no photo, with the reason', async () => {
    await put('empty.jpg', Buffer.alloc(0));
    await put('text.jpg', 'Dear diary, this is not a photo.');
    await put('page.png', '<!doctype html><script>alert(1)</script>');
    await put('drawing.svg', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
    await put('archive.jpg', execFileSync('gzip', ['-c'], { input: 'x' }));
    await put('scan.tiff', picture().tiff().toBuffer());
    expect(await reasons()).toEqual({
      'empty.jpg': 'is empty',
      'text.jpg': 'is no image: its bytes are of no known type',
      'page.png': 'is no image: its bytes are of no known type',
      'drawing.svg': 'is no image but application/xml',
      'archive.jpg': 'is no image but application/gzip',
      'scan.tiff': 'is image/tiff, which browsers do not show: convert it to JPEG',
    });
    expect(target.resources.size).toBe(0);
  });

  for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif'] as const) {
    it(`refuses a ${format} that ends too early, even by one line`, async () => {
      const noise = { width: 120, height: 120, channels: 3 } as const;
      const options = format === 'avif' ? { effort: 0 } : {};
      await put('cut', sharp(randomBytes(43_200), { raw: noise }).toFormat(format, options).toBuffer());
      const whole = await reasons();
      expect(whole).toEqual({});
      await truncate(
        join(folder, 'cut'),
        Math.floor(target.resources.values().next().value!.body.length * 0.995),
      );
      expect((await reasons())['cut']).toMatch(/^is damaged or cut off \(/);
    });
  }

  it('does not unpack a picture of too many pixels', async () => {
    const bomb = await picture().png().toBuffer();
    bomb.writeUInt32BE(12_000, 16);
    bomb.writeUInt32BE(11_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    await put('bomb.png', bomb);
    expect(await reasons()).toEqual({ 'bomb.png': 'has 132 megapixels, more than 120' });
  });

  it('does not read a file that is too large', async () => {
    await put('large.jpg');
    await truncate(join(folder, 'large.jpg'), 3_000_000);
    expect(await reasons({ mostBytes: 2_000_000 })).toEqual({
      'large.jpg': 'is too large (3.0 MB; at most 2.0 MB)',
    });
  });

  it('imports each photo once, over any number of starts', async () => {
    await put('a.jpg');
    await put('b.jpg');
    expect(await run()).toEqual({ imported: 2, known: 0, refused: [] });
    expect(await run()).toEqual({ imported: 0, known: 2, refused: [] });
    // Scripts wait for the word "ready", so no line of progress may hold it, not even in another word.
    expect(lines.at(-2)).toBe('[ 2/2] b.jpg was imported before: public/team/b.jpg');
    expect(lines.join()).not.toContain('ready');
    await put('0-new.jpg');
    expect(await run()).toEqual({ imported: 1, known: 2, refused: [] });
    expect(target.resources.size).toBe(3);
  });

  it('numbers different photos of the same name, and keeps the numbers when more come', async () => {
    await mkdir(join(folder, 'summer', 'beach'), { recursive: true });
    await put('Me.jpg');
    await put('me!.jpg');
    await put('summer/beach/ME.jpg');
    expect((await run()).imported).toBe(3);
    expect(paths().sort()).toEqual(['me-2.jpg', 'me-3.jpg', 'me.jpg']);
    const before = new Map(target.resources);
    await put('%me.jpg');
    expect(await run()).toEqual({ imported: 1, known: 3, refused: [] });
    for (const [path, resource] of before) expect(target.resources.get(path)).toBe(resource);
    expect(paths()).toContain('me-4.jpg');
  });

  it('does not take the place of a sample picture', async () => {
    await target.ensureOwner({ id: 'grace', name: 'Grace' });
    const sample = {
      tenantId: 'default',
      ownerId: 'grace',
      kind: 'teamPhoto',
      displayName: 'x',
      contentType: 'image/jpeg',
    } as const;
    await target.addResource({ ...sample, path: 'public/team/avatar-2.jpg', body: Buffer.from('sample') });
    await put('avatar-2.jpg');
    await run();
    expect(paths()).toEqual(['avatar-2.jpg', 'avatar-2-2.jpg']);
  });

  it('gives the photos to Ada and Grace in turn', async () => {
    for (const name of ['1.jpg', '2.jpg', '3.jpg', '4.jpg']) await put(name);
    await put('1-broken.jpg', 'x');
    await run();
    expect([...target.resources.values()].map(({ ownerId }) => ownerId)).toEqual([
      'ada',
      'grace',
      'ada',
      'grace',
    ]);
  });

  it('follows links inside the folder and none that lead out of it', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'countersign-outside-'));
    try {
      await writeFile(join(outside, 'secret.jpg'), await picture().jpeg().toBuffer());
      await put('real.jpg');
      await symlink('real.jpg', join(folder, 'link.jpg'));
      await symlink(join(outside, 'secret.jpg'), join(folder, 'out.jpg'));
      await symlink(outside, join(folder, 'out'));
      await symlink('.', join(folder, 'loop'));
      await symlink('gone.jpg', join(folder, 'dangling.jpg'));
      expect(await reasons()).toEqual({
        'out.jpg': 'is a link that leads out of the folder',
        out: 'is a link that leads out of the folder',
        loop: 'is a link that leads out of the folder',
        'dangling.jpg': 'is a link that leads nowhere (ENOENT)',
      });
      expect(paths()).toEqual(['link.jpg', 'real.jpg']);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('passes over a pipe without waiting for it', async () => {
    if (process.platform === 'win32') return pending('there are no such pipes');
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
    expect(await reasons()).toEqual({ 'pipe.jpg': 'is not a file' });
  });

  it('tells how far it is, in the order of the names, and sums up', async () => {
    for (const name of ['b.jpg', 'a.jpg']) await put(name);
    await put('c.jpg', 'text');
    await run();
    expect(lines).toEqual([
      jasmine.stringMatching(/^\[ 1\/3\] a\.jpg -> public\/team\/a\.jpg \(1 kB\)$/),
      jasmine.stringMatching(/^\[ 2\/3\] b\.jpg -> /),
      '[ 3/3] c.jpg is no image: its bytes are of no known type',
      `photos of ${folder}: 2 imported, 0 known, 1 not imported`,
      '  not imported: c.jpg is no image: its bytes are of no known type',
    ]);
  });

  it('goes on when the server refuses one photo, and stops when the server itself fails', async () => {
    await put('a.jpg');
    await put('b.jpg');
    const add = target.addResource.bind(target);
    const failing = (path: string, error: Error) => {
      target.addResource = async (resource) => {
        if (resource.path.endsWith(path)) throw error;
        await add(resource);
      };
    };
    failing('a.jpg', new Problem(409, 'owner-revoked', 'The owner is revoked'));
    expect(await reasons()).toEqual({ 'a.jpg': 'was refused: The owner is revoked' });
    expect(paths()).toEqual(['b.jpg']);
    failing('a.jpg', new Error('connection lost'));
    await expectAsync(run()).toBeRejectedWithError('connection lost');
  });

  it('stops after the file it is at when the server is to stop', async () => {
    await put('a.jpg');
    await put('b.jpg');
    const stop = new AbortController();
    const log = { info: () => stop.abort() };
    expect((await importPhotos(target, folder, log, { signal: stop.signal })).imported).toBe(1);
  });

  it('says in one sentence that the folder is not there', async () => {
    await expectAsync(
      importPhotos(target, join(folder, 'absent'), { info: () => undefined }),
    ).toBeRejectedWithError(StartError, /photo folder .*absent cannot be read: ENOENT/);
    await appendFile(join(folder, 'file'), '');
    await expectAsync(
      importPhotos(target, join(folder, 'file'), { info: () => undefined }),
    ).toBeRejectedWithError(StartError, /ENOTDIR/);
  });

  it('names a file and a folder that it may not read', async () => {
    if (process.getuid?.() === 0) return pending('root may read everything');
    await put('mine.jpg');
    await chmod(join(folder, 'mine.jpg'), 0);
    await mkdir(join(folder, 'locked'), { mode: 0 });
    expect(await reasons()).toEqual({
      'mine.jpg': 'cannot be read (EACCES)',
      'locked/': 'cannot be read (EACCES)',
    });
    await chmod(join(folder, 'locked'), 0o700);
  });
});
