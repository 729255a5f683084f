import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { dataFolder, startServer, type ServerProcess } from './testing/server-process.ts';

interface Listed {
  items: { path: string; displayName: string; contentType: string; owner: string }[];
  nextCursor: string | null;
  total: number;
}

/** A drawn picture in some format; noise makes it as large as it is. */
const picture = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#247',
      noise: { type: 'gaussian', mean: 120, sigma: 60 },
    },
  });

describe('npm start -- --photos DIR', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let server: ServerProcess;
  let photos: string;

  beforeAll(async () => {
    folder = await dataFolder();
    photos = join(folder.path, 'my photos');
    await mkdir(join(photos, 'Ausflug 2026'), { recursive: true });
    const jpeg = await picture(300, 200).jpeg().toBuffer();
    const files: Record<string, Uint8Array | string> = {
      'with spaces.jpg': jpeg,
      'Ausflug 2026/Jürgen & Zoë.png': await picture(80, 90).png().toBuffer(),
      '😀 party.webp': await picture(64, 64).webp().toBuffer(),
      '100%.jpg': await picture(101, 77).jpeg().toBuffer(),
      'large.jpg': await picture(4200, 3000).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      'turned.jpg': await picture(120, 60).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'modern.avif': await picture(70, 50).avif().toBuffer(),
      'truncated.jpg': jpeg.subarray(0, Math.floor(jpeg.length / 2)),
      'text.jpg': 'I am not a picture.',
      'empty.png': '',
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(photos, name), bytes);
    expect((files['large.jpg'] as Uint8Array).length).toBeGreaterThan(12_000_000);
    server = await startServer(join(folder.path, 'data'), ['--photos', photos]);
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });

  const imported = async (): Promise<Listed['items']> => {
    const all = await server.get<Listed>(
      '/api/resources?prefix=public/team/&limit=200',
      await server.signIn('ada'),
    );
    return all.items.filter(({ path }) => !/\/avatar-\d+\.\w+$/.test(path));
  };

  it('takes every photo under a safe path and keeps the name people know', async () => {
    const items = await imported();
    expect(items.map(({ displayName }) => displayName).sort()).toEqual(
      ['with spaces', 'Jürgen & Zoë', '😀 party', '100%', 'large', 'turned', 'modern']
        .map(
          (name) =>
            items.find((item) => item.displayName.startsWith(name))?.displayName ?? `${name} is missing`,
        )
        .sort(),
    );
    for (const { path } of items)
      expect(path).toMatch(/^public\/team\/[a-z0-9][a-z0-9-]*\.(jpg|png|webp|avif)$/);
  });

  it('names each file that is none, with the reason', () => {
    for (const name of ['truncated.jpg', 'text.jpg', 'empty.png']) {
      expect(server.output).toMatch(new RegExp(`${name.replace('.', '\\.')}.*:? .{8,}`));
    }
  });

  it('delivers each one by a signed URL, until its owner is revoked', async () => {
    const token = await server.signIn('ada');
    const admin = await server.signIn('admin');
    const items = await imported();
    const { results } = await server.post<{ results: { url: string }[] }>(
      '/api/resources/sign/batch',
      { resources: items.map(({ path }) => ({ path, reason: 'photos' })) },
      token,
    );
    for (const [index, { url }] of results.entries()) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(items[index]!.contentType);
      const { width = 0 } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect(width).toBeGreaterThan(0);
    }
    for (const owner of new Set(items.map((item) => item.owner))) {
      await server.post(`/api/owners/${owner}/revoke`, {}, admin);
    }
    for (const { url } of results) expect((await fetch(url)).status).toBe(403);
    for (const owner of new Set(items.map((item) => item.owner))) {
      await server.post(`/api/owners/${owner}/reinstate`, {}, admin);
    }
  });

  it('takes nothing twice at the next start', async () => {
    const before = await imported();
    await server.stop();
    server = await startServer(join(folder.path, 'data'), ['--photos', photos]);
    expect(await imported()).toEqual(before);
  });
});
