import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { problemHandler } from '../platform/problem-handler.ts';
import { unanswered } from '../router.ts';
import { TestServer } from '../testing/test-server.ts';
import { directPaths } from './direct-paths.ts';
import { seedShowcase } from './seed-showcase.ts';
import { serverTarget } from './server-target.ts';

describe('the direct paths of development mode', () => {
  let product: TestServer;
  let embedded: Server;
  let origin: string;

  beforeAll(async () => {
    product = await TestServer.start();
    const target = serverTarget(product.assembly);
    expect(await seedShowcase(target, { info: () => undefined })).toBeGreaterThan(200);
    expect(await seedShowcase(target, { info: () => undefined })).toBe(0);
    const app = express();
    app.use(directPaths(product.assembly));
    const log = pino({ level: 'silent' });
    app.use(unanswered(log));
    app.use(problemHandler(log));
    embedded = createServer(app);
    await new Promise<void>((resolve) => embedded.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(embedded.address() as AddressInfo).port}/assets/deployed`;
  });

  afterAll(async () => {
    embedded.closeAllConnections();
    await new Promise((resolve) => embedded.close(resolve));
    await product.stop();
  });

  it('answer with the gallery, the documents and the video', async () => {
    for (const [path, type] of [
      ['images/gallery/view-200.webp', 'image/webp'],
      ['documents/ada/certificate.pdf', 'application/pdf'],
      ['videos/clip.webm', 'video/webm'],
    ] as const) {
      const response = await fetch(`${origin}/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-type')).toBe(type);
      expect((await response.arrayBuffer()).byteLength).toBe(Number(response.headers.get('content-length')));
    }
  });

  it('let a browser seek', async () => {
    const response = await fetch(`${origin}/videos/clip.webm`, { headers: { range: 'bytes=100-199' } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toMatch(/^bytes 100-199\/\d+$/);
    const whole = Buffer.from(await (await fetch(`${origin}/videos/clip.webm`)).arrayBuffer());
    expect(Buffer.from(await response.arrayBuffer())).toEqual(whole.subarray(100, 200));
  });

  it('answer a range behind the end with 416', async () => {
    const response = await fetch(`${origin}/videos/clip.webm`, { headers: { range: 'bytes=99999999-' } });
    expect(response.status).toBe(416);
  });

  it('do not answer what is not there', async () => {
    for (const path of [
      'images/gallery/view-201.webp',
      'documents/ada/..%2fx.pdf',
      'videos/none.webm',
      'images/users/%00',
    ]) {
      const response = await fetch(`${origin}/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('answer nobody but this machine, whose pages no other name may read', async () => {
    const path = `${origin}/documents/ada/certificate.pdf`;
    for (const headers of [{ 'X-Forwarded-For': '8.8.8.8' }, { Origin: 'http://evil.example' }]) {
      expect((await fetch(path, { headers })).status).toBe(403);
    }
    const { port, pathname } = new URL(path);
    const status = await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: pathname, headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(403);
  });
});
