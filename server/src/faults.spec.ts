import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { demonstrateFaults, FAULT_HEADER, FAULTS } from './faults.ts';
import { countersignRouter, unanswered } from './router.ts';
import { ada, TestServer } from './testing/test-server.ts';

const PATH = 'public/team/faulty.png';
const SIGN = '/api/resources/sign';

describe('the faults of the demonstration', () => {
  let product: TestServer;
  let demonstration: Server;
  let origin: string;

  beforeAll(async () => {
    product = await TestServer.start({ corsOrigins: ['https://app.example.com'] });
    await product.addPhoto(PATH, ada);
    const app = express();
    app.use(demonstrateFaults(countersignRouter(product.assembly), '/api', 20));
    app.use(unanswered(pino({ level: 'silent' })));
    demonstration = createServer(app);
    await new Promise<void>((resolve) => demonstration.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(demonstration.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    demonstration.closeAllConnections();
    await new Promise((resolve) => demonstration.close(resolve));
    await product.stop();
  });

  const signOn = (server: string, fault?: string, call = SIGN): Promise<Response> =>
    fetch(server + call, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${product.tokenOf(ada)}`,
        ...(fault ? { [FAULT_HEADER]: fault } : {}),
      },
      body: JSON.stringify(
        call === SIGN ? { path: PATH, reason: 'test' } : { resources: [{ path: PATH, reason: 'test' }] },
      ),
    });

  const issuances = async (): Promise<number> => (await product.auditRows('issuance')).length;

  it('answer 429 with the seconds to wait, and 500, for one resource and for many, and nothing is issued', async () => {
    const before = await issuances();
    for (const call of [SIGN, `${SIGN}/batch`]) {
      const limited = await signOn(origin, '429', call);
      expect(limited.status).toBe(429);
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(limited.headers.get('content-type')).toContain('application/problem+json');
      expect((await signOn(origin, '500', call)).status).toBe(500);
    }
    expect(await issuances()).toBe(before);
  });

  it('end the connection without an answer', async () => {
    await expectAsync(signOn(origin, 'dead')).toBeRejected();
  });

  it('let a slow request through in the end', async () => {
    const from = performance.now();
    expect((await signOn(origin, 'slow')).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThanOrEqual(19);
  });

  it('are remembered by nobody: the next request is answered as ever', async () => {
    await signOn(origin, '500');
    expect((await signOn(origin)).status).toBe(200);
    expect((await signOn(origin, 'anything else')).status).toBe(200);
  });

  it('meet sign requests only', async () => {
    const list = await fetch(`${origin}/api/resources`, {
      headers: { authorization: `Bearer ${product.tokenOf(ada)}`, [FAULT_HEADER]: '500' },
    });
    expect(list.status).toBe(200);
  });

  it('leave the preflight of a page of another origin to the product', async () => {
    for (const call of [SIGN, `${SIGN}/batch`]) {
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
      const preflight = await fetch(origin + call, { method: 'OPTIONS', headers });
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    }
  });

  it('say what there is to choose from', async () => {
    const answer = await fetch(`${origin}/api/demonstration/faults`);
    expect(await answer.json()).toEqual({ header: FAULT_HEADER, faults: [...FAULTS] });
  });

  it('do not exist in the router that others mount', async () => {
    for (const fault of FAULTS) expect((await signOn(product.origin, fault)).status).toBe(200);
    expect((await fetch(`${product.origin}/api/demonstration/faults`)).status).toBe(404);
  });
});
