import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { ada, TestServer } from '../server/src/testing/test-server.ts';
import { browserPath, openBrowser } from './testing/browser.ts';

describe('a file that could run, where it is delivered', () => {
  let server: TestServer;
  let browser: Browser;
  /** Another site: hears of every script that ran, and shows pages that embed. */
  let site: Server;
  let origin: string;
  let heard: string[] = [];
  const pages = new Map<string, { type: string; body: string }>();

  beforeAll(async () => {
    if (!browserPath) return;
    site = createServer((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/ran/')) heard.push(path.slice(5));
      const page = pages.get(path);
      response.setHeader('content-type', page?.type ?? 'text/plain');
      response.end(page?.body ?? '');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    [server, browser] = await Promise.all([TestServer.start(), openBrowser()]);
  });

  afterAll(async () => {
    if (!browserPath) return;
    await browser.close();
    await server.stop();
    site.close();
  });

  const beacon = (name: string): string => `new Image().src='${origin}/ran/${name}'`;
  const contents: [string, string, (name: string) => string][] = [
    ['HTML', 'text/html', (name) => `<!doctype html><body>hello<script>${beacon(name)}</script>`],
    [
      'SVG',
      'image/svg+xml',
      (name) =>
        `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>${beacon(name)}</script></svg>`,
    ],
    ['HTML that is called text', 'text/plain', (name) => `<!doctype html><script>${beacon(name)}</script>`],
  ];

  /** Stores it as a document of this type, whatever uploads of this type are told. */
  const store = async (type: string, body: string): Promise<string> => {
    const response = await server.call('POST', '/api/resources?kind=document&name=page.txt', {
      as: ada,
      body,
      headers: { 'content-type': 'text/plain' },
    });
    const { id, path } = (await response.json()) as { id: string; path: string };
    await server.database.pool.query('UPDATE resources SET content_type = $2 WHERE id = $1', [id, type]);
    return server.sign(path, ada);
  };

  const open = async (url: string): Promise<void> => {
    const page = await browser.newPage();
    // A download ends the navigation.
    await page.goto(url, { waitUntil: 'load' }).catch(() => undefined);
    // What ran first has asked first: the site hears this last.
    await page.goto(`${origin}/last`);
    await page.close();
  };

  for (const [what, type, content] of contents) {
    it(`runs nothing of ${what}: neither when it is opened nor inside of another page`, async () => {
      if (!browserPath) pending('needs chromium');
      heard = [];
      const url = await store(type, content('ours'));
      pages.set('/embeds', {
        type: 'text/html',
        body: `<!doctype html><iframe src="${url}"></iframe><object data="${url}"></object><embed src="${url}"><script src="${url}"></script>`,
      });
      await open(url);
      await open(`${origin}/embeds`);
      expect(heard).toEqual([]);
    });
  }

  it('would run from a site that delivers it as it is', async () => {
    if (!browserPath) pending('needs chromium');
    heard = [];
    for (const [what, type, content] of contents.slice(0, 2)) {
      pages.set(`/${what}`, { type, body: content(what) });
      await open(`${origin}/${what}`);
    }
    expect(heard).toEqual(['HTML', 'SVG']);
  });
});
