import { cp, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { withCall, withImport } from './fresh-apps/application-providers.ts';
import { registryAnswers, succeed } from './fresh-apps/command-line.ts';
import { FreshApp } from './fresh-apps/fresh-app.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { BUILT_LIBRARY, freshLibrary } from './testing/fresh-library.ts';
import { ReadmeBlocks } from './testing/readme-blocks.ts';
import { dataFolder, startServer, type ServerProcess } from './testing/server-process.ts';
import { StaticSite } from './testing/static-site.ts';
import { decodedWidths, imageSources, openWatchedPage, withQuery } from './testing/watched-page.ts';

const README = new URL('../projects/resource-url/README.md', import.meta.url);
const MINUTES = 60_000;

/** The library as npm would hand it out. @returns path of the tarball */
async function packedLibrary(base: string): Promise<string> {
  await freshLibrary();
  // What is packed is a copy, so that another build of the library does not change it meanwhile.
  const copy = join(base, 'library');
  await cp(BUILT_LIBRARY, copy, { recursive: true });
  const packed = await succeed('npm', ['pack', '--json', '--pack-destination', base], copy);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
  return join(base, filename);
}

// The README is followed as it stands. Replaced are only: example addresses, and the package's name by its tarball.
describe('A fresh application that follows the README of the Angular library', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let readme: ReadmeBlocks;
  let browser: Browser;
  let server: ServerProcess;
  let sites: readonly [StaticSite, StaticSite];
  let tarball: string;
  let missing = '';

  beforeAll(async () => {
    folder = await dataFolder(tmpdir());
    readme = await ReadmeBlocks.read(README, 'fresh-app');
    sites = [await StaticSite.open(), await StaticSite.open()];
    if (!browserPath) missing = 'needs chromium';
    else if (!(await registryAnswers(folder.path))) missing = 'needs a package registry';
    if (missing) return;
    const origins = sites.map(({ origin }) => origin).join(',');
    const line = readme.at({ 'https://app.example.com': origins }).get('server');
    const [, name = '', value = ''] = /^(\w+)=(\S+) npm start$/.exec(line.trim()) ?? [];
    server = await startServer(join(folder.path, 'data'), [], { [name]: value });
    [browser, tarball] = await Promise.all([openBrowser(), packedLibrary(folder.path)]);
  }, 3 * MINUTES);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    for (const site of sites) await site.close();
    await folder.remove();
  });

  /** `ng new`, `ng add`, and the component of the README. */
  const newApp = async (major: number, ...flags: string[]): Promise<FreshApp> => {
    const base = join(folder.path, `angular-${major}`);
    await mkdir(base);
    const app = await FreshApp.create(base, major, flags);
    const line = readme.get('install').replace('@countersign/angular', tarball);
    await app.typed(`${line.trim()} --skip-confirmation`);
    await app.take(readme, 'src/app/app.ts');
    return app;
  };

  /** The steps for another origin and a strict policy. */
  const buildFor = async (app: FreshApp, site: StaticSite): Promise<ReadmeBlocks> => {
    const blocks = readme.at({ 'https://countersign.example.com': server.origin });
    await app.edit('src/app/app.config.ts', (text) => withCall(text, blocks.get('provider')));
    await app.edit('src/index.html', (text) =>
      text.replace('<app-root></app-root>', blocks.get('src/index.html').trim()),
    );
    const [, policy = ''] = /^Content-Security-Policy: (.*)$/m.exec(blocks.get('policy')) ?? [];
    expect(policy).toContain("default-src 'none'");
    site.content = { folder: app.built, policy };
    return blocks;
  };

  const expectSignedImages = async (site: StaticSite, bearer: boolean): Promise<void> => {
    const { page, signRequests, complaints, messages, close } = await openWatchedPage(browser);
    const tokens: (string | undefined)[] = [];
    const signed: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().includes('/sign')) {
        tokens.push(request.headers()['authorization']);
      }
    });
    page.on('response', (response) => {
      if (response.url().startsWith(`${server.origin}/cdn/`)) signed.push(`${response.status()}`);
    });
    await page.goto(site.origin);
    for (const width of await decodedWidths(page, 3)) expect(width).toBeGreaterThan(0);
    const sources = await imageSources(page);
    for (const source of sources) expect(new URL(source).searchParams.get('sig')).toMatch(/^[\w-]{43}$/);
    expect(sources.map((source) => new URL(source).origin)).toEqual(Array(3).fill(server.origin));
    expect(signed).toEqual(['200', '200', '200']);
    expect(signRequests).toEqual([`${server.origin}/api/resources/sign/batch`]);
    expect(tokens).toEqual([bearer ? jasmine.stringMatching(/^Bearer \S+$/) : undefined]);
    // The nonce let the component's styles in.
    expect(await page.evaluate('getComputedStyle(document.images[0]).width')).toBe('128px');
    expect(complaints).toEqual([]);
    expect(withQuery(messages)).toEqual([]);
    await close();
  };

  it(
    'of Angular 21 with zone.js shows signed images of another origin to anybody, under a strict policy',
    async () => {
      if (missing) return pending(missing);
      const app = await newApp(21, '--zoneless=false');
      expect(await readFile(join(app.folder, 'angular.json'), 'utf8')).toContain('zone.js');
      await buildFor(app, sites[0]);
      await app.ng('build');
      await expectSignedImages(sites[0], false);
    },
    4 * MINUTES,
  );

  it(
    'of Angular 22, without zone.js, shows direct paths through ng serve, and signed images of another origin to whoever signed in',
    async () => {
      if (missing) return pending(missing);
      const app = await newApp(22);
      await app.take(readme.at({ 'http://127.0.0.1:3000': server.origin }), 'proxy.conf.json');
      await expectDirectImages(app);

      const blocks = await buildFor(app, sites[1]);
      await app.take(blocks, 'src/app/bearer-token.ts', 'src/app/session.ts');
      await app.edit('src/app/app.config.ts', (text) =>
        withImport(
          withImport(withCall(text, blocks.get('interceptor')), 'withInterceptors', '@angular/common/http'),
          'bearerToken',
          './bearer-token',
        ),
      );
      await app.ng('build');
      await expectSignedImages(sites[1], true);
    },
    4 * MINUTES,
  );

  const expectDirectImages = async (app: FreshApp): Promise<void> => {
    const { origin, stop } = await app.start(readme.get('serve'), '--port', '0');
    const { page, signRequests, complaints, close } = await openWatchedPage(browser);
    try {
      await page.goto(origin);
      for (const width of await decodedWidths(page, 3)) expect(width).toBeGreaterThan(0);
      const paths = (await imageSources(page)).map((source) => new URL(source).pathname);
      expect(paths[0]).toBe('/assets/deployed/images/users/avatar-1.jpg');
      expect(signRequests).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await close();
      await stop();
    }
  };
});
