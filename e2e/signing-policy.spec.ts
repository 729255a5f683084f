import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { browserPath, openBrowser } from './testing/browser.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, tryServer, ServerProcess } from './testing/server-process.ts';

const PHOTO = 'public/team/avatar-2.jpg';
const everybody = { path: 'public/**', who: 'anyone', defaultMinutes: 60, maxMinutes: 60 };
const signedIn = { ...everybody, who: 'signed-in' };

describe('The signing policy of a running server', () => {
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let file: string;

  beforeEach(async () => {
    folder = await filledFolder();
    file = join(folder.path, 'policy.json');
  });

  afterEach(() => folder.remove());

  const decideBy = async (rules: unknown): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify({ rules }));
    await rename(`${file}.new`, file);
  };

  const codeOf = async ({ origin }: ServerProcess): Promise<string> => {
    const response = await fetch(`${origin}/api/resources/sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: PHOTO, reason: 'policy' }),
    });
    return ((await response.json()) as { code?: string }).code ?? 'signed';
  };

  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await sleep(50);
  };

  it('follows POLICY_FILE without a restart, and outlives a broken version', async () => {
    await decideBy([everybody]);
    const server = await startServer(folder.path, [], { POLICY_FILE: file });
    expect(await codeOf(server)).toBe('signed');
    await decideBy([signedIn]);
    await until(async () => (await codeOf(server)) === 'not-allowed');

    await decideBy([{ ...everybody, maxMinutes: 0 }]);
    const health = async (): Promise<{ policy?: string }> =>
      (await (await fetch(`${server.origin}/health/ready`)).json()) as { policy?: string };
    await until(async () => (await health()).policy !== undefined);
    expect(await codeOf(server)).toBe('not-allowed');
    expect(server.output).toContain('rule 1, maxMinutes');

    await decideBy([everybody]);
    await until(async () => (await codeOf(server)) === 'signed');
    expect((await health()).policy).toBeUndefined();
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('is one sentence at the start when it is broken', async () => {
    await decideBy([everybody, { ...everybody, who: 'nobody', path: 'x/*' }]);
    const outcome = await tryServer(['--port', '0', '--data', folder.path], { POLICY_FILE: file });
    if (outcome instanceof ServerProcess) return fail('the server started');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.trim()).toMatch(/^POLICY_FILE \S+: rule 2, who: must be [^\n]+$/);
    expect(await readFile(file, 'utf8')).toContain('nobody');
  }, 60_000);
});

/** Every host name below localhost is this machine for a browser, and each is a site of its own. */
describe('Pictures for pages of SITE_ORIGINS, in a real browser,', () => {
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let browser: Browser;
  let pages: Server;
  let server: ServerProcess;
  let site: string;
  let foreign: string;

  const html = (search: URLSearchParams): string => `<!doctype html>
    <meta name="referrer" content="${search.get('referrer') ?? 'strict-origin-when-cross-origin'}">
    <body><script type="module">
      const given = ${JSON.stringify(search.get('url'))};
      const signed = given ? { url: given } : await (await fetch('${server.origin}/api/resources/sign', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: '${PHOTO}', reason: 'hotlink' }),
      })).json();
      const picture = new Image();
      picture.onload = () => (document.title = 'shown ' + signed.url);
      picture.onerror = () => (document.title = 'broken');
      if (signed.url) document.body.append(picture), (picture.src = signed.url);
      else document.title = signed.code;
    </script>`;

  beforeAll(async () => {
    if (!browserPath) return;
    folder = await filledFolder();
    pages = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/favicon.ico') return void response.writeHead(204).end();
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(html(searchParams));
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const { port } = pages.address() as AddressInfo;
    site = `http://site.localhost:${port}`;
    foreign = `http://foreign.localhost:${port}`;
    server = await startServer(folder.path, [], {
      SITE_ORIGINS: site,
      CORS_ORIGINS: `${site},${foreign}`,
    });
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    pages?.close();
    await folder?.remove();
  });

  /** What becomes of a page: `shown` and the URL, `broken`, or the code of the refusal. */
  const open = async (address: string): Promise<string> => {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction('document.title !== ""');
    const title = await page.title();
    await page.close();
    return title;
  };

  const embedding = (origin: string, url: string, referrer?: string): string =>
    `${origin}/?${new URLSearchParams({ url, ...(referrer ? { referrer } : {}) }).toString()}`;

  it('are signed and shown there, and on no page elsewhere that says where it is', async () => {
    if (!browserPath) return pending('needs chromium');
    const shown = await open(site);
    expect(shown).toMatch(/^shown http/);
    expect(await open(foreign)).toBe('hotlink');

    const url = shown.slice('shown '.length);
    expect(await open(embedding(site, url))).toBe(shown);
    expect(await open(embedding(foreign, url))).toBe('broken');
    // This is what SITE_ORIGIN_ABSENT decides.
    expect(await open(embedding(foreign, url, 'no-referrer'))).toBe(shown);
  }, 60_000);

  it('are shown anywhere when somebody signed in has asked for the URL', async () => {
    if (!browserPath) return pending('needs chromium');
    const token = await server.signIn('ada');
    const { url } = await server.post<{ url: string }>(
      '/api/resources/sign',
      { path: PHOTO, reason: 'r' },
      token,
    );
    expect(await open(embedding(foreign, url))).toBe(`shown ${url}`);
  }, 60_000);

  it('are shown on pages that the server serves itself', async () => {
    if (!browserPath) return pending('needs chromium');
    const page = await browser.newPage();
    await page.goto(server.origin);
    const picture = page.locator('img[src*="sig="]').first();
    await picture.waitFor();
    await page.waitForFunction(`document.querySelector('img[src*="sig="]').naturalWidth > 0`);
    await page.close();
  }, 60_000);
});
