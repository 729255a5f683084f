import { ada, admin, grace, TestServer } from '../testing/test-server.ts';

const PHOTO = 'public/team/avatar-2.jpg';

interface Answer {
  url: string;
  expiresAt: string;
  signatureId: string;
}

interface ProblemAnswer {
  code: string;
  status: number;
  detail?: string;
}

describe('POST /api/resources/sign', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(PHOTO, ada);
    await server.addPhoto('users/ada/documents/contract.png', ada);
    await server.addPhoto('shared/plan.png', ada);
    await server.addPhoto('public/team/ümlaut 100 ☂.png', grace);
  });

  afterAll(() => server.stop());

  const sign = (body: unknown, as?: typeof ada): Promise<Response> =>
    server.call('POST', '/api/resources/sign', { ...(as ? { as } : {}), body });

  const expectProblem = async (response: Response, status: number, code: string): Promise<ProblemAnswer> => {
    const problem = (await response.json()) as ProblemAnswer;
    expect(problem.code).toBe(code);
    expect(response.status).toBe(status);
    expect(problem.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    return problem;
  };

  it('answers exactly url, expiresAt and signatureId, as specification 001 shows', async () => {
    const response = await sign({ path: PHOTO, expiryMinutes: 60, reason: 'team_member_photo' }, ada);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(Object.keys(answer).sort()).toEqual(['expiresAt', 'signatureId', 'url']);
    const url = new URL(answer.url);
    expect(url.pathname).toBe(`/cdn/${PHOTO}`);
    expect([...url.searchParams.keys()]).toEqual(['sig', 'exp', 'kid', 'sid']);
    expect(answer.signatureId).toBe(`sig_${url.searchParams.get('sid')}`);
    expect(new Date(answer.expiresAt).getTime()).toBe(Number(url.searchParams.get('exp')) * 1000);
    const minutes = (new Date(answer.expiresAt).getTime() - Date.now()) / 60_000;
    expect(minutes).toBeLessThanOrEqual(60);
    expect(minutes).toBeGreaterThan(44.9);
  });

  it('gives the same person the same URL in the same window, and another person another', async () => {
    const [first, second, other] = await Promise.all([
      server.sign(PHOTO, ada),
      server.sign(PHOTO, ada),
      server.sign(PHOTO, grace),
    ]);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it('commits the audit row before the URL leaves, without the URL', async () => {
    await sign({ path: PHOTO, reason: 'before_it_leaves' }, grace);
    const { rows } = await server.database.pool.query<Record<string, unknown>>(
      `SELECT * FROM resource_access_logs WHERE reason = 'before_it_leaves'`,
    );
    expect(rows.length).toBe(1);
    expect(rows[0]).toEqual(
      jasmine.objectContaining({
        event: 'issuance',
        tenant_id: 'default',
        resource_path: PHOTO,
        actor: 'grace',
        owner: 'ada',
        ip_prefix: '127.0.0.0/24',
      }),
    );
    expect(JSON.stringify(rows)).not.toContain('sig=');
  });

  it('signs public paths for callers without a token, and nothing else', async () => {
    expect((await sign({ path: PHOTO, reason: 'r' })).status).toBe(200);
    await expectProblem(await sign({ path: 'shared/plan.png', reason: 'r' }), 403, 'not-allowed');
    await expectProblem(
      await sign({ path: 'users/ada/documents/contract.png', reason: 'r' }),
      403,
      'not-allowed',
    );
  });

  it('signs a document for its owner and for who may view all, not for others', async () => {
    const body = { path: 'users/ada/documents/contract.png', reason: 'user_document' };
    expect((await sign(body, ada)).status).toBe(200);
    expect((await sign(body, admin)).status).toBe(200);
    await expectProblem(await sign(body, grace), 403, 'not-allowed');
  });

  it('signs paths of any script, percent-encoded in the URL', async () => {
    const url = await server.sign('public/team/ümlaut 100 ☂.png');
    expect(new URL(url).pathname).toBe('/cdn/public/team/%C3%BCmlaut%20100%20%E2%98%82.png');
    expect((await fetch(url)).status).toBe(200);
  });

  it('refuses a longer lifetime than the policy allows instead of cutting it', async () => {
    const problem = await expectProblem(
      await sign({ path: PHOTO, expiryMinutes: 61, reason: 'r' }, ada),
      400,
      'expiry-too-long',
    );
    expect(problem.detail).toContain('60');
  });

  it('answers the same for a path that does not exist and for one of another tenant', async () => {
    const missing = await sign({ path: 'public/team/nobody.jpg', reason: 'r' }, ada);
    const foreign = await sign({ path: PHOTO, reason: 'r' }, { ...ada, tenantId: 'elsewhere' });
    const problem = await expectProblem(missing, 403, 'not-allowed');
    expect(await expectProblem(foreign, 403, 'not-allowed')).toEqual(problem);
  });

  const hostilePaths = [
    'public/../users/ada/documents/contract.png',
    'public//team/avatar-2.jpg',
    '/public/team/avatar-2.jpg',
    'public/team/.',
    'public/team\\avatar-2.jpg',
    'public/team/avatar-2.jpg%00',
    'public/team/a\u0000b.jpg',
    'public/team/\u202Egpj.exe',
    'public/team/u\u0308.jpg',
    'public/team/\uD800.jpg',
    `public/${'a'.repeat(256)}.jpg`,
  ];
  for (const path of hostilePaths) {
    it(`refuses the path ${JSON.stringify(path).slice(0, 60)}`, async () => {
      await expectProblem(await sign({ path, reason: 'r' }, ada), 400, 'invalid-path');
    });
  }

  const badBodies: [string, unknown][] = [
    ['no path', { reason: 'r' }],
    ['no reason', { path: PHOTO }],
    ['a number as path', { path: 7, reason: 'r' }],
    ['an extra field', { path: PHOTO, reason: 'r', owner: 'grace' }],
    ['an empty path', { path: '', reason: 'r' }],
    ['a path of 1025 characters', { path: 'a'.repeat(1025), reason: 'r' }],
    ['a reason with a line feed', { path: PHOTO, reason: 'a\nb' }],
    ['a reason of 101 characters', { path: PHOTO, reason: 'r'.repeat(101) }],
    ['half a minute', { path: PHOTO, reason: 'r', expiryMinutes: 0.5 }],
    ['no minutes', { path: PHOTO, reason: 'r', expiryMinutes: 0 }],
    ['minutes as text', { path: PHOTO, reason: 'r', expiryMinutes: '60' }],
    ['a list', []],
    ['null', null],
  ];
  for (const [what, body] of badBodies) {
    it(`refuses ${what} as an invalid request`, async () => {
      await expectProblem(await sign(body, ada), 400, 'invalid-request');
    });
  }

  it('refuses JSON that is none, no body, and another content type', async () => {
    const as = ada;
    const headers = { 'content-type': 'application/json' };
    const path = '/api/resources/sign';
    await expectProblem(
      await server.call('POST', path, { as, headers, body: '{"path":' }),
      400,
      'invalid-request',
    );
    await expectProblem(await server.call('POST', path, { as }), 400, 'invalid-request');
    const text = { 'content-type': 'text/plain' };
    await expectProblem(
      await server.call('POST', path, { as, headers: text, body: '{}' }),
      400,
      'invalid-request',
    );
  });

  it('refuses a body of more than 1 MB with 413', async () => {
    await expectProblem(await sign({ path: PHOTO, reason: 'r'.repeat(1_100_000) }, ada), 413, 'too-large');
  });

  it('refuses tokens that are broken, foreign, expired or not a bearer token', async () => {
    const body = { path: PHOTO, reason: 'r' };
    const token = server.tokenOf(ada);
    const headers = [
      `Bearer ${token.slice(0, -2)}`,
      `Bearer ${token}x`,
      'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
      'Bearer ',
      `Basic ${token}`,
      `Bearer ${'a'.repeat(9000)}`,
    ];
    for (const authorization of headers) {
      const response = await server.call('POST', '/api/resources/sign', { body, headers: { authorization } });
      await expectProblem(response, 401, 'invalid-token');
    }
  });

  it('answers an unknown call with a problem', async () => {
    await expectProblem(await server.call('GET', '/api/nothing', { as: ada }), 404, 'not-found');
  });
});

describe('POST /api/resources/sign/batch', () => {
  let server: TestServer;
  const paths = Array.from({ length: 60 }, (_, index) => `public/team/photo-${index}.png`);

  beforeAll(async () => {
    server = await TestServer.start();
    for (const path of paths) await server.addPhoto(path, ada);
  });

  afterAll(() => server.stop());

  const batch = (resources: unknown, as?: typeof ada): Promise<Response> =>
    server.call('POST', '/api/resources/sign/batch', { ...(as ? { as } : {}), body: { resources } });

  it('answers in order, a problem only in the place of what cannot be signed', async () => {
    const wanted = [paths[0], 'public/team/nobody.png', paths[1], '../x', 'users/grace/x.png'];
    const response = await batch(
      wanted.map((path) => ({ path, reason: 'gallery' })),
      ada,
    );
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as { results: (Answer & { error?: ProblemAnswer })[] };
    expect(results.map((result) => result.error?.code ?? new URL(result.url).pathname)).toEqual([
      `/cdn/${paths[0]}`,
      'not-allowed',
      `/cdn/${paths[1]}`,
      'invalid-path',
      'not-allowed',
    ]);
  });

  it('answers an entry that is not valid with an error in its place, and signs the others', async () => {
    const broken: unknown[] = [
      { path: 'a'.repeat(1025), reason: 'r' },
      { path: paths[0], reason: 'has a space' },
      { path: paths[0], reason: 'r', expiryMinutes: 0.5 },
      { path: paths[0], reason: 'r', more: true },
      'public/team/a.png',
      null,
    ];
    const response = await batch([...broken, { path: paths[1], reason: 'r' }], ada);
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as {
      results: (Answer & { error?: ProblemAnswer & { detail: string } })[];
    };
    expect(results.map(({ error }) => error?.code)).toEqual([
      ...broken.map(() => 'invalid-request'),
      undefined,
    ]);
    expect(results.slice(0, 4).map(({ error }) => error?.detail.split(':')[0])).toEqual([
      'path',
      'reason',
      'expiryMinutes',
      'entry',
    ]);
  });

  it('writes one row for each URL, all in one batch', async () => {
    await batch(
      paths.map((path) => ({ path, reason: 'one_batch' })),
      ada,
    );
    const { rows } = await server.database.pool.query<{ writer: string; batch_no: number; rows: string }>(
      `SELECT writer, batch_no, count(*) AS rows FROM resource_access_logs
        WHERE reason = 'one_batch' GROUP BY 1, 2`,
    );
    expect(rows.map((row) => Number(row.rows))).toEqual([60]);
  });

  it('takes 1 to 200 at once, from whoever asks', async () => {
    const many = (count: number): unknown[] =>
      Array.from({ length: count }, (_, index) => ({ path: paths[index % 60], reason: 'r' }));
    expect((await batch([], ada)).status).toBe(400);
    expect((await batch(many(200), ada)).status).toBe(200);
    expect((await batch(many(201), ada)).status).toBe(400);
    expect((await batch(many(200))).status).toBe(200);
    expect((await batch(many(201))).status).toBe(400);
  });

  it('gives the URL that signing one by one gives', async () => {
    const response = await batch([{ path: paths[3], reason: 'r' }], ada);
    const { results } = (await response.json()) as { results: Answer[] };
    expect(results[0]!.url).toBe(await server.sign(paths[3]!, ada));
  });
});
