// Countersign in an Express app that also serves the pages of bench/pages, on one origin, with a PostgreSQL of its own.
// Arguments: its data folder, and the folder of the builds. POST /clock moves the clock of this process.
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { countersign } from '@countersign/server';
import express from 'express';
import { pino } from 'pino';
import { startLocalPostgres } from '../../server/src/platform/local-postgres.ts';
import { PAGES_JWT_SECRET } from './pages-secret.ts';

const [dataDir = '', builds = ''] = process.argv.slice(2);

let ahead = 0;
const RealDate = Date;
/** Time passes for this server when somebody says so: its signatures, its lease, its Date header. */
globalThis.Date = class extends RealDate {
  constructor(...when: unknown[]) {
    super(...((when.length > 0 ? when : [RealDate.now() + ahead]) as [number]));
  }

  static override now(): number {
    return RealDate.now() + ahead;
  }
} as DateConstructor;

const log = pino({ level: 'warn' });
const postgres = await startLocalPostgres({ dir: join(dataDir, 'postgres'), log });
const app = express().disable('x-powered-by');
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const product = countersign(
  {
    databaseUrl: postgres.url,
    dataDir,
    masterSecret: 'pages-master-secret-0123456789-abcdefg',
    jwtSecret: PAGES_JWT_SECRET,
    auditSigningKey: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
    deliveryUrl: `${origin}/cdn`,
  },
  log,
);
app.use((_request, response, next) => {
  response.set('Date', new Date().toUTCString());
  next();
});
app.post('/clock', express.json(), (request, response) => {
  ahead = (request.body as { ahead: number }).ahead;
  response.sendStatus(204);
});
app.use(product.router);
app.use(express.static(builds, { index: false, redirect: false }));
app.get('/:build/:page', (request, response) => {
  response.sendFile(join(builds, request.params.build, 'index.html'));
});
await product.ready;
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void product
    .close()
    .then(() => postgres.stop())
    .then(() => process.exit(0));
});
process.stdout.write(`ready ${origin}\n`);
