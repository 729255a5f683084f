import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DetailedError, Upload } from 'tus-js-client';
import { scratchFolder } from '../../platform/testing/scratch-folder.ts';
import type { FailingLine } from '../../testing/failing-line.ts';
import type { ServerProcess } from './server-process.ts';

const MEBIBYTE = 1024 * 1024;

/** A file that is no known type, and repeats nothing. */
export interface LargeFile {
  path: string;
  size: number;
  sha256: string;
  remove(): Promise<void>;
}

export async function largeFile(mebibytes: number): Promise<LargeFile> {
  const folder = await mkdtemp(join(scratchFolder(), 'countersign-large-'));
  const path = join(folder, 'large.bin');
  const block = randomBytes(MEBIBYTE);
  block.fill(0, 0, 8192);
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  for (let number = 0; number < mebibytes; number += 1) {
    block.writeUInt32BE(number, 4096);
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  const sha256 = hash.digest('hex');
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  return { path, size: mebibytes * MEBIBYTE, sha256, remove };
}

/** Who is killed, or what breaks, so many times. */
export interface Interruptions {
  clients: number;
  lines: number;
  servers: number;
}

/**
 * Uploads a file over a line that breaks, with clients and servers that are killed, by curl and by tus-js-client.
 *
 * @returns the id of the resource, and how often it was interrupted
 */
export async function uploadInterrupted(
  file: LargeFile,
  { server, line }: { server: ServerProcess; line: FailingLine },
  { clients, lines, servers }: Interruptions,
): Promise<{ id: string; interruptions: number }> {
  const share = Math.floor(file.size / (clients + lines + servers + 1));
  const headers = { authorization: `Bearer ${server.token('ada')}`, 'tus-resumable': '1.0.0' };
  const about = { name: 'large.txt', kind: 'document', contentType: 'text/plain' };
  const begun = await fetch(`${line.origin}/api/resources/uploads`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ ...about, size: file.size, sha256: file.sha256, how: 'tus' }),
  });
  const { id, url } = (await begun.json()) as { id: string; url: string };
  const address = new URL(url, line.origin).href;
  let interruptions = 0;

  for (let round = 0; round < clients; round += 1) {
    const ask = (): Promise<Response> => fetch(address, { method: 'HEAD', headers });
    let asked = await ask();
    // What the one before has sent is still being put away.
    while (asked.status === 423) asked = await ask();
    const offset = Number(asked.headers.get('upload-offset'));
    if (asked.status !== 200) throw new Error(`HEAD was answered ${asked.status}`);
    const curl = spawn(
      'curl',
      [
        ...['-sS', '-X', 'PATCH', '-T', '-', '-H', 'Expect:', '-H', `Upload-Offset: ${offset}`],
        ...['-H', 'Content-Type: application/offset+octet-stream'],
        ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
        address,
      ],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    curl.stdin.on('error', () => undefined);
    const source = createReadStream(file.path, { start: offset }).on('error', () => undefined);
    source.pipe(curl.stdin);
    // The first of them vanishes without a word.
    await line.failAfter(share, round === 0 ? 'silence' : 'none');
    const ended = once(curl, 'exit');
    curl.kill('SIGKILL');
    await ended;
    source.destroy();
    interruptions += 1;
  }

  const failures: string[] = [];
  const uploading = new Promise<void>((resolve, reject) => {
    const upload = new Upload(createReadStream(file.path), {
      uploadUrl: address,
      headers: { authorization: headers.authorization },
      uploadSize: file.size,
      retryDelays: Array.from({ length: 400 }, () => 25),
      onSuccess: () => resolve(),
      onError: reject,
      onShouldRetry: (error) => {
        const status = (error as DetailedError).originalResponse?.getStatus() ?? 0;
        failures.push(String(status));
        return status === 0 || status >= 500 || status === 423 || status === 409;
      },
    });
    upload.start();
  });
  uploading.catch(() => undefined);
  for (let round = 0; round < lines + servers; round += 1) {
    await Promise.race([line.failAfter(share), uploading]);
    if (round >= lines) {
      await server.kill();
      await server.start();
    }
    interruptions += 1;
  }
  await uploading;
  return { id, interruptions };
}

/** @returns SHA-256 of what is delivered, in hexadecimal */
export async function deliveredHash(server: ServerProcess, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.token('ada')}`, 'content-type': 'application/json' };
  const found = await fetch(`${server.origin}/api/resources/${id}`, { headers });
  const { path } = (await found.json()) as { path: string };
  const signed = await fetch(`${server.origin}/api/resources/sign`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ path, reason: 'test' }),
  });
  const { url } = (await signed.json()) as { url: string };
  const hash = createHash('sha256');
  const delivered = await fetch(url);
  if (!delivered.body) throw new Error('nothing was delivered');
  for await (const chunk of delivered.body as unknown as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
