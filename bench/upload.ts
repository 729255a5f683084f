// Bytes a second of an upload through the gateway until its resource is complete (taken, hashed, sniffed, looked at,
// committed), by a signed form and by tus in one request, beside a body that is piped to a file by node:http and nothing
// else. Both from curl, on the same disk. MEBIBYTES=N sets the size of the file (default 128).
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { largeFile } from '../server/src/uploads/testing/interrupted-upload.ts';
import { compare, type Figure } from './load/generator.ts';
import { startProduct, startUploadFloor, tokensOf } from './load/servers.ts';

const MEBIBYTES = Number(process.env['MEBIBYTES'] ?? 128);
const ROUNDS = 3;

interface Begun {
  id: string;
  url: string;
  fields: Record<string, string>;
}

export async function run(): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  await chmod(dataDir, 0o711);
  await mkdir(join(dataDir, 'floor'));
  const file = await largeFile(MEBIBYTES);
  const product = await startProduct(dataDir, { MAX_UPLOAD_BYTES: String(file.size) });
  const floor = await startUploadFloor(join(dataDir, 'floor'));
  try {
    const [token = ''] = await tokensOf(1, dataDir);
    const authorization = `Authorization: Bearer ${token}`;
    const post = async <T>(path: string, body?: object): Promise<T> => {
      const response = await fetch(product.origin + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
      return (await response.json()) as T;
    };
    const about = { name: 'large.txt', kind: 'document', contentType: 'text/plain' };
    const begin = (how: string): Promise<Begun> =>
      post('/api/resources/uploads', { ...about, size: file.size, how });
    /** @returns megabytes a second */
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const started = performance.now();
      await work();
      return file.size / 1000 / (performance.now() - started);
    };
    const curl = (...args: string[]) =>
      promisify(execFile)('curl', ['-sS', '-f', '-o', '/dev/null', '-H', 'Expect:', ...args]);
    const bare = (): Promise<number> => timed(() => curl('-T', file.path, floor.origin));
    const byForm = async (): Promise<number> => {
      const { id, url, fields } = await begin('post');
      const parts = Object.entries({ ...fields, file: `@${file.path}` });
      const form = parts.flatMap(([name, value]) => ['-F', `${name}=${value}`]);
      return timed(async () => {
        await curl(...form, product.origin + url);
        await post(`/api/resources/${id}/complete`);
      });
    };
    const byTus = async (): Promise<number> => {
      const { url } = await begin('tus');
      const bytes = ['-H', 'Content-Type: application/offset+octet-stream', '-H', 'Upload-Offset: 0'];
      const headers = ['-H', authorization, '-H', 'Tus-Resumable: 1.0.0', ...bytes];
      return timed(() => curl('-X', 'PATCH', '-T', file.path, ...headers, product.origin + url));
    };
    const name = (how: string): string => `upload of ${MEBIBYTES} MiB ${how}`;
    return [
      { ...(await compare(name('by a form, completed'), 0.25, bare, byForm, ROUNDS)), unit: 'MB/s' },
      { ...(await compare(name('by tus, completed'), 0.2, bare, byTus, ROUNDS)), unit: 'MB/s' },
    ];
  } finally {
    await Promise.all([product.stop(), floor.stop()]);
    await file.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
}
