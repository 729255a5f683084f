import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countersign } from '@countersign/server';
import express from 'express';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { freshDatabase } from '../server/src/testing/test-database.ts';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { dataFolder } from './testing/server-process.ts';

const JWT_SECRET = 'own-app-jwt-secret-0123456789-abcdefg';

describe("somebody's own Express app", () => {
  it('mounts the router beside its own routes, and its own tokens sign, deliver and revoke', async () => {
    const folder = await dataFolder();
    const database = await freshDatabase();
    const app = express();
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const config = {
      databaseUrl: database.url,
      dataDir: folder.path,
      masterSecret: 'own-app-master-secret-0123456789-abcd',
      jwtSecret: JWT_SECRET,
      auditSigningKey: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
      deliveryUrl: `${origin}/cdn`,
    };
    const product = countersign(config, pino({ level: 'silent' }));
    app.get('/hello', (_request, response) => void response.send('mine'));
    app.use(product.router);
    app.get('/after', (_request, response) => void response.send('also mine'));

    const tokenOf = (subject: string, role: string): string =>
      jwt.sign({ tenant: 'default', name: subject, roles: [role] }, JWT_SECRET, {
        subject,
        issuer: 'countersign',
        audience: 'countersign',
        expiresIn: 60,
      });
    const call = (
      method: string,
      path: string,
      token: string,
      body?: string | Uint8Array<ArrayBuffer>,
      type = 'application/json',
    ) =>
      fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': type } : {}) },
        ...(body ? { body } : {}),
      });

    try {
      // Not ready yet: the request waits instead of failing.
      expect((await fetch(`${origin}/api/openapi.json`)).status).toBe(200);
      expect(await (await fetch(`${origin}/hello`)).text()).toBe('mine');
      expect(await (await fetch(`${origin}/after`)).text()).toBe('also mine');

      const user = tokenOf('linus', 'tenantMember');
      const uploaded = await call(
        'POST',
        '/api/resources?kind=teamPhoto&name=me.png',
        user,
        new Uint8Array(onePixelPng),
        'image/png',
      );
      const { path } = (await uploaded.json()) as { path: string };
      const signed = await call(
        'POST',
        '/api/resources/sign',
        user,
        JSON.stringify({ path, reason: 'own_app' }),
      );
      const { url } = (await signed.json()) as { url: string };
      expect((await fetch(url)).status).toBe(200);
      const revoked = await call('POST', '/api/owners/linus/revoke', tokenOf('boss', 'tenantAdmin'));
      expect(revoked.status).toBe(200);
      expect((await fetch(url)).status).toBe(403);
      // A second one on the same folder would ship this one's audit spool.
      const second = countersign(config, pino({ level: 'silent' }));
      await expectAsync(second.ready).toBeRejectedWithError(/is using/);
      await second.close();
      // There are no sample people in somebody's own app.
      expect((await call('POST', '/api/session', user, '{"person":"admin"}')).status).toBe(404);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await product.close();
      await database.drop();
      await folder.remove();
    }
  });

  it('is told at once which setting is wrong', () => {
    expect(() =>
      countersign({
        databaseUrl: 'mysql://x',
        dataDir: 'd',
        masterSecret: '',
        jwtSecret: '',
        auditSigningKey: '',
        deliveryUrl: 'http://x',
      }),
    ).toThrowError(/databaseUrl/);
  });
});
