import express from 'express';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showcaseRouter } from './showcase.ts';
import { onePixelPng } from './testing/pictures.ts';
import { ada, admin, TestServer } from './testing/test-server.ts';

const PREFIX = '/storage/v1';

describe('an API with a prefix of one’s own', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ apiPrefix: PREFIX, corsOrigins: ['https://app.example'] });
  });

  afterAll(() => server.stop());

  it('answers there, other origins included, and nowhere else', async () => {
    const headers = { origin: 'https://app.example' };
    const list = await server.call('GET', `${PREFIX}/resources`, { as: ada, headers });
    expect([list.status, list.headers.get('access-control-allow-origin')]).toEqual([200, headers.origin]);
    for (const path of ['/api/resources', '/resources', '/storage/resources']) {
      expect((await server.call('GET', path, { as: ada })).status)
        .withContext(path)
        .toBe(404);
    }
  });

  it('says so in Location', async () => {
    const stored = await server.call('POST', `${PREFIX}/resources?kind=teamPhoto&name=a.png`, {
      as: ada,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    });
    const { id } = (await stored.json()) as { id: string };
    expect(stored.headers.get('location')).toBe(`${PREFIX}/resources/${id}`);
  });

  it('leaves delivery and health where they are', async () => {
    await server.addPhoto('public/team/b.png', ada);
    const signed = await server.call('POST', `${PREFIX}/resources/sign`, {
      as: admin,
      body: { path: 'public/team/b.png', reason: 'test' },
    });
    const { url } = (await signed.json()) as { url: string };
    expect(url.startsWith(`${server.origin}/cdn/`)).toBeTrue();
    expect((await fetch(url)).status).toBe(200);
    expect((await server.call('GET', '/health/ready')).status).toBe(200);
  });

  it('is what the OpenAPI document and the page that shows it name', async () => {
    const document = await server.call('GET', `${PREFIX}/openapi.json`);
    expect(((await document.json()) as { servers: unknown }).servers).toEqual([
      { url: PREFIX, description: 'The API' },
    ]);
    const page = await (await server.call('GET', `${PREFIX}/docs`)).text();
    for (const [, asset = ''] of page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)) {
      expect((await server.call('GET', `${PREFIX}/${asset}`)).status)
        .withContext(asset)
        .toBe(200);
    }
    expect(await (await server.call('GET', `${PREFIX}/docs/start.js`)).text()).toContain(
      "url: 'openapi.json'",
    );
  });
});

describe('the showcase', () => {
  let folder: string;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-showcase-'));
    await writeFile(join(folder, 'index.html'), '<html><head><base href="/" /></head></html>');
    await writeFile(join(folder, 'main.js'), 'start();');
    server = createServer(
      express().use(
        showcaseRouter('http://127.0.0.1/cdn', PREFIX, { folder, stores: ['https://s3.example.com'] }),
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('tells its pages where the API is', async () => {
    for (const path of ['/', '/index.html', '/team', '/storage']) {
      const page = await fetch(origin + path);
      expect(await page.text()).toContain(`<meta name="api" content="${PREFIX}" /><base href="/" />`);
      const policy = page.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("connect-src 'self' http://127.0.0.1 https://s3.example.com;");
      expect(policy).toContain("media-src 'self' http://127.0.0.1 blob:;");
      expect(policy).toContain("frame-src 'self' http://127.0.0.1;");
    }
    expect(await (await fetch(`${origin}/main.js`)).text()).toBe('start();');
  });

  it('answers nothing under the API', async () => {
    for (const path of [`${PREFIX}/nothing`, '/cdn/nothing', '/assets/nothing', '/nothing.js']) {
      expect((await fetch(origin + path)).status)
        .withContext(path)
        .toBe(404);
    }
  });
});
