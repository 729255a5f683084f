// GET of a 50 kB image with its signature checked and the access spooled, beside express.static of the same file.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { compare, requestsPerSecond, type Figure } from './load/generator.ts';
import { startFloor, startProduct, tokensOf } from './load/servers.ts';

const CONNECTIONS = 32;
const SECONDS = 4;
/** Noise of so many pixels is a PNG of 50 kB. */
const [WIDTH, HEIGHT] = [128, 130];
const JSON_TYPE = { 'content-type': 'application/json' };

export async function run(): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  await chmod(dataDir, 0o711);
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 as const };
  const image = await sharp(randomBytes(WIDTH * HEIGHT * 3), { raw })
    .png()
    .toBuffer();
  await mkdir(join(dataDir, 'static'));
  await writeFile(join(dataDir, 'static', 'image.png'), image);
  const product = await startProduct(dataDir);
  const floor = await startFloor({}, join(dataDir, 'static'));
  try {
    const [token = ''] = await tokensOf(1, dataDir);
    const authorization = `Bearer ${token}`;
    const uploaded = await fetch(`${product.origin}/api/resources?kind=teamPhoto&name=image.png`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'image/png' },
      body: new Uint8Array(image),
    });
    const { path } = (await uploaded.json()) as { path: string };
    const signed = await fetch(`${product.origin}/api/resources/sign`, {
      method: 'POST',
      headers: { authorization, ...JSON_TYPE },
      body: JSON.stringify({ path, reason: 'bench' }),
    });
    const { url } = (await signed.json()) as { url: string };
    const { pathname, search } = new URL(url);
    const load = { connections: CONNECTIONS, seconds: SECONDS };
    return [
      await compare(
        'delivery 50 kB',
        1,
        () =>
          requestsPerSecond({
            ...load,
            url: floor.origin,
            requests: [{ method: 'GET', path: '/static/image.png' }],
          }),
        () =>
          requestsPerSecond({
            ...load,
            url: product.origin,
            requests: [{ method: 'GET', path: pathname + search }],
          }),
      ),
    ];
  } finally {
    await Promise.all([product.stop(), floor.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}
