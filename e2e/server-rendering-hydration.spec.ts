import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { browserPath, openBrowser } from './testing/browser.ts';
import { renderedPage, type PageOptions, type RenderedPage } from './testing/rendered-page.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, type ServerProcess } from './testing/server-process.ts';
import { startSigningApi } from './testing/signing-api.ts';

describe('a page that the server rendered, in a browser,', () => {
  let page: RenderedPage;
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let server: ServerProcess;
  let greeter: Awaited<ReturnType<typeof startSigningApi>>;
  let site: Server;
  let origin: string;
  let browser: Browser | undefined;
  /** What the site answers with, whatever page is asked for. */
  let html = '';

  beforeAll(async () => {
    if (!browserPath) return;
    page = await renderedPage();
    const script = await readFile(page.browserFile);
    site = createServer((request, response) => {
      const isScript = request.url === '/browser.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(isScript ? script : html);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    folder = await filledFolder();
    server = await startServer(folder.path, [], { CORS_ORIGINS: origin });
    greeter = await startSigningApi('never');
    browser = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    if (!browserPath) return;
    await browser?.close();
    await greeter.close();
    await server.stop();
    await folder.remove();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });

  beforeEach(() => {
    if (!browserPath) pending('needs chromium');
  });

  /** Renders the page, opens it and waits until its pictures are there. `onServer` is what only the server is told. */
  async function visit(onServer: Partial<PageOptions> = {}): Promise<{
    tab: Page;
    signRequests: string[];
    pictures: string[];
    complaints: string[];
    hydrated: boolean;
  }> {
    const options: PageOptions = {
      mode: 'production',
      api: `${server.origin}/api/resources`,
      deliveryOrigins: [`${server.origin}/cdn`],
      token: await server.signIn('ada'),
      greeting: `${greeter.origin}/greeting`,
    };
    html = await page.render({ ...options, ...onServer }, `${origin}/`, documentWith(options));
    const tab = await browser!.newPage();
    const signRequests: string[] = [];
    const pictures: string[] = [];
    const said: string[] = [];
    tab.on('request', (request) => {
      const url = request.url();
      if (request.method() === 'POST') signRequests.push(new URL(url).pathname);
      if (url.includes('/cdn/')) pictures.push(url);
    });
    tab.on('console', (message) => said.push(message.text()));
    tab.on('pageerror', (error) => said.push(String(error)));
    await tab.goto(origin);
    await tab.waitForFunction(`
      ['stream', 'healing', 'optimized']
        .map((id) => document.getElementById(id))
        .every(({ complete, naturalWidth, src }) => complete && naturalWidth > 1 && src.includes('sig='))
      && document.getElementById('later').textContent.includes('sig=')`);
    return {
      tab,
      signRequests,
      pictures,
      complaints: said.filter((line) => /NG0\d+|Error/.test(line)),
      hydrated: said.some((line) => line.startsWith('Angular hydrated')),
    };
  }

  it('keeps every element, and gets its URLs in one request', async () => {
    greeter.asked.length = 0;
    const { tab, signRequests, complaints, hydrated } = await visit();
    expect(complaints).toEqual([]);
    expect(hydrated).toBeTrue();
    expect(await tab.evaluate('keptElements()')).toBeTrue();
    // The second one is for what the page asks for after the first answer.
    expect(signRequests).toEqual(['/api/resources/sign/batch', '/api/resources/sign']);
    expect(greeter.asked).toEqual(['/greeting']);
    await tab.close();
  });

  it('fetches no picture twice that was in its HTML', async () => {
    const { tab, pictures, complaints, hydrated } = await visit({ serverRendering: 'sign' });
    expect(complaints).toEqual([]);
    expect(hydrated).toBeTrue();
    expect(await tab.evaluate('keptElements()')).toBeTrue();
    const rendered = html.replaceAll('&amp;', '&').match(/(?<= src=")[^"]*sig=[^"]*/g) ?? [];
    expect(rendered.length).toBe(3);
    for (const url of rendered) expect(pictures.filter((fetched) => fetched === url).length).toBe(1);
    await tab.close();
  });

  it('heals what the server could not sign, and nothing of that failure stays', async () => {
    const broken = await startSigningApi(503);
    const { tab, complaints } = await visit({
      serverRendering: 'sign',
      api: `${broken.origin}/api/resources`,
    });
    await broken.close();
    expect(html).toContain('resource-failed');
    expect(complaints).toEqual([]);
    expect(await tab.evaluate("document.getElementById('healing').className")).toBe('resource-ready');
    await tab.close();
  });
});

/** The application's HTML file; the script element with the options stands for its configuration. */
function documentWith(options: PageOptions): string {
  const json = JSON.stringify(options).replaceAll('<', '\\u003c');
  return `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"></head><body>
    <app-root></app-root>
    <script id="options" type="application/json">${json}</script>
    <script type="module" src="/browser.js"></script></body></html>`;
}
