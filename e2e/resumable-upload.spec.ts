import { createHash, randomFillSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { browserPath, openBrowser } from './testing/browser.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, type ServerProcess } from './testing/server-process.ts';
import { describeShowcase, Visit } from './testing/showcase.ts';

const BYTES = 30 * 1024 * 1024;

/** What a page sends of a file. */
interface Sent {
  /** Method and, of a PATCH, the offset. */
  readonly log: string[];
}

/** Notes the requests of tus, and lets no more than so many bytes a second go out. */
async function watch(visit: Visit, bytesPerSecond: number): Promise<Sent> {
  const log: string[] = [];
  visit.page.on('request', (request) => {
    if (!new URL(request.url()).pathname.includes('/resources/tus')) return;
    const offset = request.headers()['upload-offset'];
    log.push(offset === undefined ? request.method() : `${request.method()} ${offset}`);
  });
  const session = await visit.page.context().newCDPSession(visit.page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond },
  });
  return { log };
}

const upload = (visit: Visit, state: string): Locator =>
  visit.page.locator(`[data-testid="upload"][data-state="${state}"]`);

async function choose(visit: Visit, path: string): Promise<void> {
  const picker = visit.page.waitForEvent('filechooser');
  await visit.byTestId('drop-zone').click();
  await (await picker).setFiles(path);
}

const kept = (visit: Visit): Promise<string[]> =>
  visit.page.evaluate<string[]>(
    'Object.entries(localStorage).filter(([key]) => key.startsWith("countersign-upload-")).map(String)',
  );

/** What the server has under this name, as it is delivered. */
async function delivered(server: ServerProcess, name: string): Promise<string[]> {
  const token = await server.signIn('ada');
  const { items } = await server.get<{ items: { path: string }[] }>(
    `/api/resources?search=${encodeURIComponent(name)}`,
    token,
  );
  return Promise.all(
    items.map(async ({ path }) => {
      const body = { path, reason: 'test' };
      const { url } = await server.post<{ url: string }>('/api/resources/sign', body, token);
      return sha256(Buffer.from(await (await fetch(url)).arrayBuffer()));
    }),
  );
}

/** A server takes text, and bytes of no known type are refused. */
const randomText = (): Buffer => Buffer.from(randomFillSync(Buffer.alloc(BYTES / 2)).toString('hex'));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('A large document whose server is killed', () => {
  it('goes on by itself when there is a server again, and arrives byte for byte', async () => {
    if (!browserPath) {
      pending('needs chromium');
      return;
    }
    const folder = await filledFolder();
    const [first, browser] = await Promise.all([startServer(folder.path), openBrowser()]);
    let server = first;
    try {
      const bytes = randomText();
      const path = join(folder.path, 'Killed.txt');
      await writeFile(path, bytes);
      const visit = new Visit(await browser.newPage());
      await visit.page.goto(`${first.origin}/documents`);
      const sent = await watch(visit, 8_000_000);
      await choose(visit, path);
      await upload(visit, 'uploading')
        .filter({ hasText: /[3-9]\d% of/ })
        .waitFor();
      await first.kill();
      await upload(visit, 'waiting').or(upload(visit, 'failed')).waitFor();
      server = await startServer(folder.path, ['--port', new URL(first.origin).port]);
      // However long the start took: who has given up is told to try again.
      const retry = visit.byTestId('upload-retry');
      await retry.click({ timeout: 2_000 }).catch(() => undefined);
      await upload(visit, 'completed').waitFor({ timeout: 60_000 });
      expect(sent.log.filter((line) => line === 'POST').length).toBe(1);
      expect(await delivered(server, 'Killed')).toEqual([sha256(bytes)]);
    } finally {
      await browser.close();
      await server.stop();
      await folder.remove();
    }
  }, 120_000);
});

describeShowcase('A large document', (showcase) => {
  let folder: string;
  let bytes: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-large-'));
    bytes = randomText();
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fileNamed(name: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Sends a file until a part of it has arrived, and then the page is gone. */
  async function interrupted(visit: Visit, path: string): Promise<void> {
    await watch(visit, 8_000_000);
    await choose(visit, path);
    await upload(visit, 'uploading')
      .filter({ hasText: /[3-9]\d% of 31\.5 MB/ })
      .waitFor();
    await visit.page.reload();
    await visit.byTestId('drop-zone').waitFor();
  }

  it('goes on after a reload where it was, and arrives byte for byte', async () => {
    const path = await fileNamed('Film of the day.txt');
    const visit = await showcase().open('/documents');
    await interrupted(visit, path);
    const before = await kept(visit);
    expect(before.length).toBe(1);
    expect(before.join()).not.toContain('Film');
    const sent = await watch(visit, -1);
    await choose(visit, path);
    await upload(visit, 'completed').waitFor();
    expect(sent.log[0]).toBe('HEAD');
    const [, patch = ''] = sent.log;
    expect(Number(/^PATCH (\d+)$/.exec(patch)?.[1])).toBeGreaterThan(BYTES / 10);
    expect(sent.log).not.toContain('POST');
    expect(await kept(visit)).toEqual([]);
    expect(await delivered(showcase().server, 'Film of the day')).toEqual([sha256(bytes)]);
    expect(visit.complaints).toEqual([]);
  }, 90_000);

  it('of another person is not gone on with in the same browser', async () => {
    const path = await fileNamed('Of Ada.txt');
    const visit = await showcase().open('/documents');
    await interrupted(visit, path);
    await visit.signInAs('grace');
    await visit.byTestId('drop-zone').waitFor();
    const sent = await watch(visit, -1);
    await choose(visit, path);
    await upload(visit, 'completed').waitFor();
    expect(sent.log).toEqual(['POST', 'PATCH 0']);
    expect(await delivered(showcase().server, 'Of Ada')).toEqual([]);
  }, 90_000);

  it('is paused, goes on, and is deleted on the server when it is cancelled', async () => {
    const path = await fileNamed('Given up.txt');
    const visit = await showcase().open('/documents');
    const sent = await watch(visit, 8_000_000);
    await choose(visit, path);
    await upload(visit, 'uploading')
      .filter({ hasText: /[1-9]\d% of/ })
      .waitFor();
    await visit.byTestId('upload-pause').click();
    await upload(visit, 'paused').filter({ hasText: 'it goes on where it is' }).waitFor();
    await visit.byTestId('upload-resume').click();
    await upload(visit, 'uploading')
      .filter({ hasText: /[1-9]\d% of/ })
      .waitFor();
    const gone = visit.page.waitForResponse((response) => response.request().method() === 'DELETE');
    await visit.byTestId('upload-cancel').click();
    expect((await gone).status()).toBe(204);
    expect(sent.log.slice(0, 3)).toEqual(['POST', 'PATCH 0', 'HEAD']);
    expect(await kept(visit)).toEqual([]);
  }, 90_000);
});
