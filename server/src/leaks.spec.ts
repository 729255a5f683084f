import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveKey } from '@countersign/signed-url';
import { onePixelPng } from './testing/pictures.ts';
import { ada, admin, TestServer } from './testing/test-server.ts';

const PHOTO = 'public/team/a.png';
const MASTER_SECRET = 'leak-master-secret-0123456789-abcdefghijk';
const JWT_SECRET = 'test-jwt-secret-0123456789-abcdefghijkl';
const SIGNING_KEY = Buffer.alloc(32, 'checkpoint-key').toString('base64');

/** What everybody can write into, and what could be written down: headers, paths, queries and bodies. */
async function sendEverywhere(server: TestServer, secret: string): Promise<Response[]> {
  const value = encodeURIComponent(secret);
  const json = { 'content-type': 'application/json' };
  const post = (path: string, body: unknown, as = admin): Promise<Response> =>
    server.call('POST', path, { as, body });
  const headers = {
    'user-agent': secret,
    referer: secret,
    origin: secret,
    'x-forwarded-for': secret,
    'x-request-id': secret,
    traceparent: secret,
    cookie: `session=${value}`,
    range: secret,
    'if-none-match': secret,
    'if-range': secret,
  };
  return [
    await post('/api/resources/sign', { path: secret, reason: 'r' }),
    await post('/api/resources/sign', { path: PHOTO, reason: secret }),
    await post('/api/resources/sign', { path: PHOTO, reason: 'r', [secret]: 1 }),
    await post('/api/resources/sign/batch', { resources: [{ path: secret, reason: 'r' }, secret] }),
    await post('/api/resources/sign', `{"path": ${secret}`, ada),
    await server.call('POST', '/api/resources/sign', { as: ada, body: `{"path": ${secret}`, headers: json }),
    await post('/api/policy/explain', { path: secret, as: { id: secret } }),
    await post(`/api/owners/${value}/revoke`, { reason: secret }),
    await post('/api/owners/ada/revoke', { reason: secret }),
    await post('/api/owners/ada/reinstate', { reason: secret }),
    await server.call('GET', `/api/resources?prefix=${value}`, { as: admin }),
    await server.call('GET', `/api/resources?cursor=${value}`, { as: admin }),
    await server.call('GET', `/api/resources/${value}`, { as: admin }),
    await server.call('GET', `/api/receipts/${value}`, { as: admin }),
    await server.call('GET', `/api/audit/logs?path=${value}`, { as: admin }),
    await server.call('GET', `/api/audit/logs?owner=${value}&signatureId=${value}`, { as: admin }),
    await server.call('GET', `/api/audit/logs?signatureId=${value.slice(0, 64)}`, { as: admin }),
    ...(await Promise.all(
      ['pathPrefix', 'owner', 'actor', 'reason', 'since', 'event', 'status', 'format'].flatMap((name) => [
        server.call('GET', `/api/audit/logs?${name}=${value}`, { as: admin }),
        server.call('GET', `/api/audit/logs/export?format=ndjson&${name}=${value}`, { as: admin }),
      ]),
    )),
    await server.call('GET', `/api/audit/logs?cursor=${value}`, { as: admin }),
    await server.call('GET', `/api/${value}`, { as: admin }),
    await server.call('GET', '/api/resources', { headers: { authorization: `Bearer ${secret}` } }),
    await server.call('GET', '/api/resources', { headers: { authorization: `Bearer ${secret}x` } }),
    await server.call('GET', '/api/resources', { headers: { authorization: secret } }),
    await server.call('POST', '/api/owners/ada/revoke', { headers: { cookie: `access_token=${secret}` } }),
    await server.call('POST', `/api/resources?kind=teamPhoto&name=${value}`, {
      as: admin,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    }),
    await server.call('POST', '/api/resources?kind=teamPhoto&name=a.png', {
      as: admin,
      body: onePixelPng,
      headers: { 'content-type': `image/png; name="${value}"`, 'content-disposition': secret },
    }),
    await server.call('GET', `/cdn/${secret}`, { headers }),
    await server.call('GET', `/cdn/${value}?${secret}`, { headers }),
    await server.call('GET', `/cdn/${PHOTO}?sig=${value}&exp=1&kid=a&sid=b`, { headers }),
    await server.call('GET', `/health/live?${value}`, { headers }),
    await server.call('POST', '/api/resources/sign', {
      as: ada,
      body: { path: PHOTO, reason: 'r' },
      headers,
    }),
  ];
}

/** The keys that sign URLs, as this deployment derives them. */
async function signatureKeys({ database }: TestServer): Promise<Buffer[]> {
  const master = createHash('sha256').update(MASTER_SECRET).digest();
  const { rows } = await database.pool.query<{ kid: string; owner_id: string; salt: Buffer }>(
    'SELECT kid, owner_id, salt FROM signature_keys WHERE salt IS NOT NULL',
  );
  return rows.map(({ kid, owner_id: ownerId, salt }) =>
    deriveKey({ master, salt, tenant: 'default', ownerId, kid }).export(),
  );
}

/** Every row of every table, as text. */
async function everyRow({ database }: TestServer): Promise<string> {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
  );
  let all = '';
  for (const { name } of tables) {
    const { rows } = await database.pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
    all += rows.map(({ row }) => `${name} ${row}\n`).join('');
  }
  return all;
}

/** Every file in the data folder, as bytes in latin1. */
async function everyFile({ dataDir }: TestServer): Promise<string> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const bytes = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  return files.map((file, index) => `${file}\n${bytes[index]}\n`).join('');
}

describe('after everything that a server does, and with secrets written into every place of a request,', () => {
  let server: TestServer;
  let kept: Readonly<Record<string, string>>;
  let refusals: string;
  let urls: string[];
  let tokens: string[];
  let keys: Buffer[];

  beforeAll(async () => {
    server = await TestServer.start({
      masterSecret: MASTER_SECRET,
      auditSigningKey: SIGNING_KEY,
      trustedProxies: 1,
      corsOrigins: ['https://app.example'],
      rateLimits: { 'failed-sign-in': 'off', anonymous: 'off' },
    });
    await server.addPhoto(PHOTO, ada);
    await server.addPhoto('users/ada/documents/a.png', ada);
    const first = await server.sign(PHOTO);
    urls = [first, await server.sign('users/ada/documents/a.png'), await server.sign(PHOTO, admin)];
    tokens = [server.tokenOf(ada), server.tokenOf(admin)];
    for (const url of urls) {
      await (await fetch(url)).arrayBuffer();
      await (await fetch(url, { headers: { range: 'bytes=0-3' } })).arrayBuffer();
    }
    keys = await signatureKeys(server);
    const answers: Response[] = [];
    const { search } = new URL(first);
    for (const secret of [first, search, ...tokens]) {
      answers.push(...(await sendEverywhere(server, secret)));
    }
    // Revoked meanwhile: what is known of these URLs is written down once more.
    for (const url of urls) answers.push(await fetch(url));
    await server.call('POST', '/api/audit/verify', { as: { id: 'boss', roles: ['globalAdmin'] } });
    await server.database.pool.query('ALTER TABLE owners RENAME COLUMN display_name TO once_a_name');
    answers.push(await server.call('GET', '/api/owners', { as: admin }));
    expect(answers.at(-1)?.status).toBe(500);
    await server.auditRows('delivery');

    refusals = (await Promise.all(answers.filter(({ ok }) => !ok).map((answer) => answer.text()))).join('\n');
    kept = { rows: await everyRow(server), files: await everyFile(server), log: server.logged.join('') };
    expect(Object.values(kept).map((text) => text.length > 100)).toEqual([true, true, true]);
    expect(refusals.length).toBeGreaterThan(1000);
  });

  afterAll(() => server.stop());

  it('no row, file or log line holds a signature', () => {
    const parts = urls.flatMap((url) => {
      const sig = new URL(url).searchParams.get('sig') ?? '';
      const bytes = Buffer.from(sig, 'base64url');
      return [sig, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('latin1')];
    });
    expect(parts.length).toBe(12);
    for (const [where, text] of Object.entries(kept)) {
      for (const part of parts) expect(text.includes(part)).withContext(where).toBe(false);
    }
  });

  it('no row, file or log line holds a token', () => {
    for (const [where, text] of Object.entries(kept)) {
      for (const token of tokens) {
        const [, claims = '', signature = ''] = token.split('.');
        expect([text.includes(claims), text.includes(signature)])
          .withContext(where)
          .toEqual([false, false]);
      }
    }
  });

  it('no row, file or log line holds a secret of the deployment, or a key that signs URLs', () => {
    expect(keys.map(({ length }) => length)).toEqual([32]);
    const hashed = createHash('sha256').update(MASTER_SECRET).digest();
    const secrets = [
      ...keys,
      hashed,
      ...[MASTER_SECRET, JWT_SECRET, SIGNING_KEY].map((text) => Buffer.from(text)),
    ];
    for (const [where, text] of Object.entries(kept)) {
      for (const secret of secrets) {
        for (const form of ['latin1', 'hex', 'base64', 'base64url'] as const) {
          expect(text.includes(secret.toString(form)))
            .withContext(`${where} ${form}`)
            .toBe(false);
        }
      }
    }
  });

  it('no refusal repeats a signature, a token or a secret', () => {
    const signatures = urls.map((url) => new URL(url).searchParams.get('sig') ?? '');
    for (const secret of [...signatures, ...tokens, MASTER_SECRET, JWT_SECRET, SIGNING_KEY]) {
      expect(refusals.includes(secret)).toBe(false);
    }
  });
});
