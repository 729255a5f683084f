import jwt from 'jsonwebtoken';
import { ada, TestServer } from '../testing/test-server.ts';
import { forgedToken } from './testing/forged-token.ts';
import { AUDIENCE, makeKey, publicPem, TestIssuer } from './testing/test-issuer.ts';

const PHOTO = 'public/team/a.png';
const SECRET = 'attacked-jwt-secret-0123456789-abcdefgh';
/** Attacks by the hundred would be refused for their number. */
const UNLIMITED = { 'failed-sign-in': 'off', sign: 'off' } as const;
const NONE = ['none', 'None', 'NONE', 'nOnE', '', ' none', 'none\u0000'];

interface Answer {
  status: number;
  code: string | undefined;
}

/** Asks for what everybody may have: a token that is not good must not be taken for none. */
async function signAs(
  server: TestServer,
  authorization: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await server.call('POST', '/api/resources/sign', {
    headers: { authorization, ...headers },
    body: { path: PHOTO, reason: 'attack' },
  });
  return { status: response.status, code: ((await response.json()) as { code?: string }).code };
}

const refusal: Answer = { status: 401, code: 'invalid-token' };
const expired: Answer = { status: 401, code: 'token-expired' };

const swapped = (token: string, index: number, part: string): string =>
  token
    .split('.')
    .map((segment, at) => (at === index ? part : segment))
    .join('.');

describe('attacks on tokens of an issuer', () => {
  const rsa = makeKey('rsa-1');
  const ec = makeKey('ec-1', 'P-256');
  const only384 = makeKey('rsa-384');
  only384.published.alg = 'RS384';
  const small = makeKey('small', 1024);
  const forEncryption = makeKey('enc');
  forEncryption.published.use = 'enc';
  const strangers = makeKey('rsa-1');
  let issuer: TestIssuer;
  let server: TestServer;

  beforeAll(async () => {
    issuer = await TestIssuer.start(rsa, ec, only384, small, forEncryption);
    // A secret has no place among public keys.
    issuer.keys.push({ kty: 'oct', kid: 'oct', k: Buffer.from(SECRET).toString('base64url') });
    server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: AUDIENCE,
      tenant: 'default',
      rateLimits: UNLIMITED,
    });
    await server.addPhoto(PHOTO, ada);
  });

  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const attempt = (token: string): Promise<Answer> => signAs(server, `Bearer ${token}`);
  const now = (): number => Math.floor(Date.now() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: 'rsa-1' };
  const forge = (head: object | string, claims: object | string | Buffer): string =>
    forgedToken(head, claims, rsa.privateKey);

  it('fail where the real ones are let in: RS256, PS256, ES256, at+jwt or JWT, one audience or several', async () => {
    const good = [
      issuer.token(rsa),
      issuer.token(rsa, {}, { typ: 'JWT' }),
      issuer.token(rsa, {}, { typ: 'application/at+jwt' }),
      issuer.token(rsa, {}, { alg: 'PS256' }),
      issuer.token(rsa, { aud: ['account', AUDIENCE] }),
      issuer.token(ec),
      issuer.token(only384, {}, { alg: 'RS384' }),
      forge(header, issuer.claims()),
    ];
    for (const token of good) expect(await attempt(token)).toEqual({ status: 200, code: undefined });
  });

  it('without a signature, in every spelling of none', async () => {
    for (const alg of NONE) {
      const token = forge({ ...header, alg }, issuer.claims());
      expect(await attempt(token)).toEqual(refusal);
      expect(await attempt(swapped(token, 2, ''))).toEqual(refusal);
      expect(await attempt(token.replace(/\.[^.]*$/, ''))).toEqual(refusal);
    }
  });

  it('with the public key as if it were a secret', async () => {
    const pem = publicPem(rsa);
    const jwk = JSON.stringify(rsa.published);
    for (const secret of [pem, pem.trim(), jwk, rsa.published.n!]) {
      expect(await attempt(forgedToken({ ...header, alg: 'HS256' }, issuer.claims(), secret))).toEqual(
        refusal,
      );
    }
    expect(
      await attempt(forgedToken({ ...header, alg: 'HS256', kid: 'oct' }, issuer.claims(), SECRET)),
    ).not.toEqual(jasmine.objectContaining({ status: 200 }));
  });

  it('with an algorithm that is not for the key, or with a key that is not for signatures', async () => {
    expect(await attempt(issuer.token(only384))).toEqual(refusal);
    expect(await attempt(forge({ ...header, kid: 'ec-1' }, issuer.claims()))).toEqual(refusal);
    expect(await attempt(forge({ ...header, alg: 'ES256' }, issuer.claims()))).toEqual(refusal);
    for (const key of [small, forEncryption]) {
      expect((await attempt(issuer.token(key))).status).toBeGreaterThan(400);
    }
  });

  it("with the attacker's own key: under a known name, in the header, or at an address in it", async () => {
    const mine = strangers.privateKey;
    const { published } = strangers;
    const places = [
      {},
      { jwk: published },
      { jku: `${issuer.url}/attacker/keys` },
      { x5u: `${issuer.url}/attacker/cert` },
      { x5c: [Buffer.from(publicPem(strangers)).toString('base64')] },
    ];
    for (const place of places) {
      expect(await attempt(forgedToken({ ...header, ...place }, issuer.claims(), mine))).toEqual(refusal);
      expect(
        (await attempt(forgedToken({ ...header, kid: 'mine', ...place }, issuer.claims(), mine))).status,
      ).toBeGreaterThan(400);
    }
    expect([...issuer.paths].filter((path) => path.includes('attacker'))).toEqual([]);
  });

  it('with names of keys that are paths, addresses, statements or properties of every object', async () => {
    const names = [
      '../../../../dev/null',
      '/etc/passwd',
      `${issuer.url}/attacker/keys`,
      "' OR 1=1 --",
      "x' UNION SELECT 'secret",
      '__proto__',
      'constructor',
      '',
      'x'.repeat(257),
      'rsa-1\u0000',
      ' rsa-1',
    ];
    for (const kid of names) {
      const answer = await attempt(forgedToken({ ...header, kid }, issuer.claims(), strangers.privateKey));
      // Which names there are is asked for now and then, and not told in between.
      expect(['invalid-token', 'identity-unavailable']).withContext(kid).toContain(answer.code!);
    }
    for (const kid of [['rsa-1'], { a: 1 }, 7, null]) {
      expect(await attempt(forge({ ...header, kid }, issuer.claims()))).toEqual(refusal);
    }
    const nameless = { alg: header.alg, typ: header.typ };
    expect(await attempt(forge(nameless, issuer.claims()))).toEqual(refusal);
    expect([...issuer.paths].sort()).toEqual([
      '/realms/acme/.well-known/openid-configuration',
      '/realms/acme/keys',
    ]);
  });

  it('with something in the header that must be understood', async () => {
    const extensions = [
      { crit: ['exp'] },
      { crit: [] },
      { crit: ['b64'], b64: false },
      { b64: false },
      { b64: true },
      { zip: 'DEF' },
      { enc: 'A256GCM' },
    ];
    for (const extension of extensions) {
      expect(await attempt(forge({ ...header, ...extension }, issuer.claims())))
        .withContext(JSON.stringify(extension))
        .toEqual(refusal);
    }
  });

  it('of another type: ID, refresh and logout tokens, and what says nothing of its type', async () => {
    for (const typ of [undefined, '', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JOSE', 'at+jwt ', 7]) {
      expect(await attempt(forge({ ...header, typ }, issuer.claims())))
        .withContext(String(typ))
        .toEqual(refusal);
    }
    const others = [{ typ: 'ID' }, { typ: 'Refresh' }, { typ: 'Logout' }, { nonce: 'n' }, { at_hash: 'h' }];
    for (const other of others) {
      expect(await attempt(forge(header, issuer.claims(other))))
        .withContext(JSON.stringify(other))
        .toEqual(refusal);
    }
    expect((await attempt(forge(header, issuer.claims({ typ: 'Bearer', nonce: 'n' })))).status).toBe(200);
  });

  it('that is encrypted, nested, or in JSON', async () => {
    const token = issuer.token(rsa);
    const [first, second, third] = token.split('.');
    expect(await attempt(`${token}.${second}.${third}`)).toEqual(refusal);
    expect(await attempt(forge({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'rsa-1' }, issuer.claims()))).toEqual(
      refusal,
    );
    expect(await attempt(forge({ ...header, cty: 'JWT' }, token))).toEqual(refusal);
    expect(await attempt(JSON.stringify({ protected: first, payload: second, signature: third }))).toEqual(
      refusal,
    );
  });

  it('of another time: ended, not yet begun, without an end, or with one that is no number', async () => {
    const ended = forge(header, issuer.claims({ exp: now() - 31 }));
    expect(await attempt(ended)).toEqual(expired);
    for (const over of [
      { nbf: now() + 60 },
      { nbf: String(now()) },
      { exp: undefined },
      { exp: null },
      { exp: String(now() + 60) },
      { exp: [now() + 60] },
      { exp: {} },
      { exp: -1e308, nbf: 'x' },
    ]) {
      const answer = await attempt(forge(header, issuer.claims(over)));
      expect(answer.status).withContext(JSON.stringify(over)).toBe(401);
    }
    const endless = JSON.stringify(issuer.claims({ exp: undefined }));
    expect(await attempt(forge(header, `{"exp":1e999,${endless.slice(1)}`))).toEqual(refusal);
    // 30 seconds are how far clocks may differ.
    expect((await attempt(forge(header, issuer.claims({ exp: now() - 10 })))).status).toBe(200);
    expect((await attempt(forge(header, issuer.claims({ nbf: now() + 10 })))).status).toBe(200);
  });

  it('for somebody else: issuer and audience wrong, missing, or of another shape', async () => {
    const wrong = [
      { iss: `${issuer.url}/` },
      { iss: 'https://evil.example' },
      { iss: undefined },
      { iss: [issuer.url] },
      { aud: 'account' },
      { aud: ['account', 'other'] },
      { aud: [] },
      { aud: undefined },
      { aud: { 0: AUDIENCE } },
      { aud: [[AUDIENCE]] },
      { aud: `${AUDIENCE} ` },
      { aud: AUDIENCE.toUpperCase() },
    ];
    for (const over of wrong) {
      expect(await attempt(forge(header, issuer.claims(over))))
        .withContext(JSON.stringify(over))
        .toEqual(refusal);
    }
  });

  it('that says a thing twice, in the header or in the claims', async () => {
    const claims = JSON.stringify(issuer.claims());
    const twice = [
      `{"sub":"mallory",${claims.slice(1)}`,
      `{"\\u0073ub":"mallory",${claims.slice(1)}`,
      claims.replace('"realm_access":{', '"realm_access":{"roles":[],'),
      `${claims.slice(0, -1)},"x":[{"a":1,"a":2}]}`,
    ];
    for (const text of twice) {
      expect(await attempt(forge(header, text)))
        .withContext(text)
        .toEqual(refusal);
    }
    const head = JSON.stringify(header);
    expect(await attempt(forge(`{"alg":"none",${head.slice(1)}`, claims))).toEqual(refusal);
    expect(await attempt(forge(`{"kid":"mine",${head.slice(1)}`, claims))).toEqual(refusal);
    expect((await attempt(forge(header, `${claims.slice(0, -1)},"x":[{"a":1},{"a":2}]}`))).status).toBe(200);
  });

  it('whose claims are no object, or not in proper JSON and UTF-8', async () => {
    const claims = JSON.stringify(issuer.claims());
    const payloads = [
      '',
      '[]',
      `[${claims}]`,
      '"text"',
      'null',
      '7',
      `\ufeff${claims}`,
      claims.slice(0, -1),
      `${claims}x`,
      '['.repeat(2000),
      `{"a":${'['.repeat(1500)}${']'.repeat(1500)}}`,
      Buffer.concat([
        Buffer.from(`{"name":"`),
        Buffer.from([0xc3, 0x28]),
        Buffer.from(`",${claims.slice(1)}`),
      ]),
    ];
    for (const payload of payloads) expect(await attempt(forge(header, payload))).toEqual(refusal);
    expect(await attempt(forge('[]', claims))).toEqual(refusal);
    expect(await attempt(forge('null', claims))).toEqual(refusal);
  });

  it('in a second spelling of the same bytes', async () => {
    const token = issuer.token(ec);
    const last = token.at(-1)!;
    const sibling = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = sibling[sibling.indexOf(last) + 1]!;
    const spellings = [
      token.slice(0, -1) + next,
      `${token}=`,
      `${token}==`,
      `${token}A`,
      token.replace(/\./g, '..'),
      `.${token}`,
      `${token}.`,
      token.replaceAll('-', '+').replaceAll('_', '/'),
    ].filter((spelling) => spelling !== token);
    for (const spelling of spellings) {
      expect(await attempt(spelling))
        .withContext(spelling.slice(-8))
        .toEqual(refusal);
    }
  });

  it('with white space, or with no single bearer token in the header', async () => {
    const token = issuer.token(rsa);
    const [first, rest] = [token.slice(0, 40), token.slice(40)];
    for (const header of [
      `Bearer  ${token}`,
      `Bearer ${first} ${rest}`,
      `Bearer ${first}\t${rest}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer`,
      `Basic ${token}`,
      token,
      `Bearer "${token}"`,
      `DPoP ${token}`,
    ]) {
      expect(await signAs(server, header))
        .withContext(header.slice(0, 20))
        .toEqual(refusal);
    }
    expect((await signAs(server, `bearer ${token}`)).status).toBe(200);
  });

  it('that is larger than anything that is looked at', async () => {
    const large = issuer.token(rsa, { x: 'x'.repeat(7000) });
    expect(large.length).toBeGreaterThan(8192);
    expect(await attempt(large)).toEqual(refusal);
    expect(await attempt(forge({ ...header, x: 'x'.repeat(2100) }, issuer.claims()))).toEqual(refusal);
    expect((await attempt(issuer.token(rsa, { x: 'x'.repeat(4000) }))).status).toBe(200);
  });

  it('with roles by the hundred, or of another shape', async () => {
    const many = Array.from({ length: 400 }, (_, index) => `r${index}`);
    const wrong = [many, [1], [null], [['tenantAdmin']], [{ name: 'tenantAdmin' }], { tenantAdmin: true }, 7];
    for (const roles of wrong) {
      expect(await attempt(issuer.token(rsa, { realm_access: { roles } })))
        .withContext(JSON.stringify(roles).slice(0, 40))
        .toEqual(refusal);
    }
    const without = [{ realm_access: undefined }, { realm_access: [] }, { realm_access: 'tenantAdmin' }];
    for (const claims of without) expect((await attempt(issuer.token(rsa, claims))).status).toBe(200);
  });

  it('whose subject would be a path, a key or nobody', async () => {
    for (const sub of [
      'a/b',
      '..',
      'a\nb',
      'o%x',
      'x'.repeat(256),
      'anonymous',
      'system',
      'samples',
      'cli:root',
      'erased-VZwIwR',
      '',
      undefined,
      7,
      ['ada'],
    ]) {
      expect(await attempt(issuer.token(rsa, { sub })))
        .withContext(String(sub))
        .toEqual(refusal);
    }
  });

  it('and leave no token in the log', async () => {
    const token = forgedToken(header, issuer.claims({ sub: 'left-in-the-log' }), strangers.privateKey);
    await attempt(token);
    for (const part of token.split('.')) {
      expect(server.logged.join('\n')).not.toContain(part);
    }
  });
});

describe('attacks on tokens under a secret', () => {
  let server: TestServer;
  const claims = (): object => ({
    iss: 'countersign',
    aud: 'countersign',
    sub: 'ada',
    tenant: 'default',
    exp: Math.floor(Date.now() / 1000) + 60,
  });

  beforeAll(async () => {
    server = await TestServer.start({ jwtSecret: SECRET, rateLimits: UNLIMITED });
    await server.addPhoto(PHOTO, ada);
  });

  afterAll(() => server.stop());

  const attempt = (token: string): Promise<Answer> => signAs(server, `Bearer ${token}`);

  it('fail where real ones are let in, with typ and without', async () => {
    for (const header of [
      { alg: 'HS256' },
      { alg: 'HS256', typ: 'JWT' },
      { alg: 'HS256', typ: 'at+jwt', kid: 'any' },
    ]) {
      expect((await attempt(forgedToken(header, claims(), SECRET))).status).toBe(200);
    }
  });

  it('with any other algorithm, the asymmetric ones included', async () => {
    const { privateKey } = makeKey('rsa-1');
    for (const alg of [...NONE, 'HS384', 'HS512', 'hs256', 'RS256']) {
      expect(await attempt(forgedToken({ alg }, claims(), SECRET)))
        .withContext(alg)
        .toEqual(refusal);
    }
    expect(await attempt(jwt.sign(claims(), SECRET, { algorithm: 'HS512' }))).toEqual(refusal);
    expect(await attempt(forgedToken({ alg: 'RS256' }, claims(), privateKey))).toEqual(refusal);
    expect(await attempt(forgedToken({ alg: 'HS256' }, claims(), ''))).toEqual(refusal);
    expect(await attempt(forgedToken({ alg: 'HS256' }, claims(), `${SECRET} `))).toEqual(refusal);
  });

  it('with a header or claims that say a thing twice, an extension, or another type', async () => {
    const text = JSON.stringify(claims());
    const forge = (header: object | string, payload: object | string): string =>
      forgedToken(header, payload, SECRET);
    for (const token of [
      forge('{"alg":"none","alg":"HS256"}', text),
      forge({ alg: 'HS256' }, `{"sub":"mallory",${text.slice(1)}`),
      forge({ alg: 'HS256', crit: ['b64'], b64: false }, text),
      forge({ alg: 'HS256', typ: 'logout+jwt' }, text),
      forge({ alg: 'HS256' }, `[${text}]`),
    ]) {
      expect(await attempt(token)).toEqual(refusal);
    }
  });
});
