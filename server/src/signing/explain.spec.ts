import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import type { ResourceKind } from '../resources/resource.ts';
import { onePixelPng } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import type { Explanation } from './explain.ts';
import { PolicyFile } from './policy-file.ts';
import { defaultPolicy, readRules, type PolicyRule, type Who } from './policy-rules.ts';

const payroll: TestPerson = { id: 'pay', roles: ['payroll'] };
const viewer: TestPerson = { id: 'view', roles: ['DOC_VIEWALL'] };
const revoked: TestPerson = { id: 'mallory', roles: ['tenantMember'] };
const EVERYBODY: readonly (TestPerson | undefined)[] = [
  undefined,
  ada,
  grace,
  admin,
  payroll,
  viewer,
  revoked,
];

const RESOURCES: readonly [string, TestPerson, ResourceKind][] = [
  ['public/team/a.png', ada, 'teamPhoto'],
  ['public/team/revoked.png', revoked, 'teamPhoto'],
  ['users/x7Qk2/documents/a.png', ada, 'document'],
  ['users/ada/documents/of-grace.png', grace, 'document'],
  ['users/x7Qk2/a.png', grace, 'avatar'],
  ['hr/pay.png', grace, 'document'],
  ['hr/quarantined.png', grace, 'document'],
];
const PATHS = [
  ...RESOURCES.map(([path]) => path),
  'public/team/missing.png',
  'users/ada/missing.png',
  'elsewhere',
];

describe('POST /api/policy/explain', () => {
  let server: TestServer;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-policy-'));
    file = join(folder, 'policy.json');
    await writeFile(file, JSON.stringify({ rules: defaultPolicy }));
    server = await TestServer.start({ policy: file });
    for (const [path, owner, kind] of RESOURCES) {
      await server.assembly.intake.add({
        tenantId: 'default',
        owner: await server.ownerOf(owner),
        actor: owner.id,
        kind,
        path,
        displayName: 'a.png',
        contentType: 'image/png',
        body: Readable.from([Buffer.from(onePixelPng)]),
      });
    }
    await server.database.pool.query(
      `UPDATE resources SET state = 'quarantined' WHERE path = 'hr/quarantined.png'`,
    );
    const gone = await server.call('POST', '/api/owners/mallory/revoke', {
      as: admin,
      body: { reason: 'left' },
    });
    expect(gone.status).toBe(200);
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const decideBy = async (rules: readonly PolicyRule[]): Promise<void> => {
    await writeFile(file, JSON.stringify({ rules }));
    await (server.assembly.policy as PolicyFile).look();
  };

  afterEach(() => decideBy(defaultPolicy));

  const explain = async (path: string, as?: unknown, caller: TestPerson = admin): Promise<Explanation> => {
    const response = await server.call('POST', '/api/policy/explain', {
      as: caller,
      body: { path, ...(as === undefined ? {} : { as }) },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Explanation;
  };

  const asOf = (person: TestPerson | undefined): object =>
    person ? { id: person.id, roles: person.roles ?? [] } : { anonymous: true };

  it('says which rule decides, for how long, and what it looked at', async () => {
    expect(await explain('users/x7Qk2/documents/a.png', asOf(ada))).toEqual({
      path: 'users/x7Qk2/documents/a.png',
      as: { id: 'ada', roles: ['tenantMember'], anonymous: false },
      allowed: true,
      rule: { number: 2, text: 'users/{ownerId}/** for owner, 15 minutes, at most 15' },
      defaultMinutes: 15,
      maxMinutes: 15,
      steps: [
        { rule: 1, text: 'skipped: the path does not fit public/**' },
        { rule: 2, text: 'the first rule that fits the path and the kind: it decides' },
        { text: 'the resource is a document of ada and is completed' },
        { rule: 2, text: 'it admits the owner, and ada owns the resource' },
        { text: 'the key of ada is live' },
      ],
      policy: { source: 'file', since: jasmine.any(String) as unknown as string, rules: 4 },
    });
  });

  const reasons: [string, string, unknown, string | undefined, RegExp][] = [
    [
      'of the person who asks, unless told otherwise',
      'users/x7Qk2/a.png',
      undefined,
      undefined,
      /admin has it/,
    ],
    [
      'for somebody who is not signed in',
      'hr/pay.png',
      { anonymous: true },
      'not-allowed',
      /no rule speaks of/,
    ],
    ['for a role alone', 'users/x7Qk2/a.png', { roles: ['DOC_VIEWALL'] }, undefined, /owns nothing has it/],
    ['for another owner', 'users/x7Qk2/a.png', { id: 'ada' }, 'not-allowed', /it does not admit ada/],
    [
      'for what is not there',
      'public/team/missing.png',
      { id: 'ada' },
      'not-allowed',
      /there is no resource/,
    ],
    ['for a revoked owner', 'public/team/revoked.png', { id: 'ada' }, 'owner-revoked', /mallory is revoked/],
  ];
  for (const [what, path, as, code, words] of reasons) {
    it(`gives the reason ${what}`, async () => {
      const answer = await explain(path, as);
      expect(answer.code).toBe(code as Explanation['code']);
      expect(answer.allowed).toBe(code === undefined);
      expect(answer.steps.map(({ text }) => text).join('\n')).toMatch(words);
    });
  }

  it('says of a smaller picture what it says of its original', async () => {
    const original = await explain('users/x7Qk2/documents/a.png', asOf(ada));
    const small = await explain('users/x7Qk2/documents/a.png/~640.webp', asOf(ada));
    const [first, ...steps] = small.steps;
    expect(first).toEqual({ text: 'a smaller picture has the right of its original' });
    const same: Explanation = { ...small, steps };
    expect(same).toEqual(original);
  });

  it('tells nothing to whoever lacks policy:explain, whatever they ask', async () => {
    for (const path of PATHS) {
      const body = { path };
      for (const as of [ada, viewer, { ...admin, roles: [] }]) {
        const refused = await server.call('POST', '/api/policy/explain', { as, body });
        expect(refused.status).toBe(403);
        expect(((await refused.json()) as { code: string }).code).toBe('forbidden');
      }
      expect((await server.call('POST', '/api/policy/explain', { body })).status).toBe(401);
    }
  });

  it('knows nothing of another tenant', async () => {
    const answer = await explain('public/team/a.png', { id: 'ada' }, { ...admin, tenantId: 'elsewhere' });
    expect(answer.code).toBe('not-allowed');
    expect(JSON.stringify(answer)).toContain('there is no resource at this path');
  });

  const wrong: [string, unknown][] = [
    ['an empty somebody', { path: 'public/a', as: {} }],
    ['somebody anonymous with roles', { path: 'public/a', as: { anonymous: true, roles: ['payroll'] } }],
    ['a tenant', { path: 'public/a', as: { id: 'ada', tenantId: 'elsewhere' } }],
    ['somebody called anonymous', { path: 'public/a', as: { id: 'anonymous' } }],
    ['no path', { as: { id: 'ada' } }],
  ];
  for (const [what, body] of wrong) {
    it(`refuses ${what} as an invalid request`, async () => {
      const response = await server.call('POST', '/api/policy/explain', { as: admin, body });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { code: string }).code).toBe('invalid-request');
    });
  }

  it('refuses the paths that signing refuses', async () => {
    const response = await server.call('POST', '/api/policy/explain', {
      as: admin,
      body: { path: 'public/../a' },
    });
    expect(((await response.json()) as { code: string }).code).toBe('invalid-path');
  });

  it('says when the file is broken, and so does /health/ready, which goes on being ready', async () => {
    const policy = server.assembly.policy as PolicyFile;
    await writeFile(file, '{"rules": []}');
    await policy.look();
    await policy.look();
    const { policy: told, allowed } = await explain('public/team/a.png');
    expect(allowed).toBeTrue();
    expect(told.broken?.fault).toBe('rules: must hold at least one rule: without any, nothing can be signed');
    const health = await server.call('GET', '/health/ready');
    expect(health.status).toBe(200);
    expect(((await health.json()) as { policy: string }).policy).toMatch(
      /^policy file is broken since 20\d\d-/,
    );
    await decideBy(defaultPolicy);
    expect(await (await server.call('GET', '/health/ready')).json()).not.toEqual(
      jasmine.objectContaining({ policy: jasmine.anything() }),
    );
  });

  const who = fc.constantFrom<Who>(
    'anyone',
    'signed-in',
    'owner',
    { role: ['payroll'] },
    { role: ['tenantMember', 'payroll'] },
    { permission: 'resource:view-all' },
    { permission: 'resource:upload' },
  );
  const rule = fc
    .record({
      path: fc.constantFrom(
        '**',
        'public/**',
        'public/team/*',
        'users/{ownerId}/**',
        'users/ada/**',
        'users/*/*',
        'hr/*',
      ),
      kind: fc.option(fc.constantFrom<ResourceKind>('document', 'avatar', 'teamPhoto'), {
        nil: undefined,
        freq: 2,
      }),
      who: fc.oneof(who, fc.array(who, { minLength: 1, maxLength: 3 })),
      minutes: fc
        .integer({ min: 1, max: 10_080 })
        .chain((most) => fc.tuple(fc.integer({ min: 1, max: most }), fc.constant(most))),
    })
    .map(({ minutes: [defaultMinutes, maxMinutes], ...more }): PolicyRule => ({
      ...more,
      defaultMinutes,
      maxMinutes,
    }));
  const policy = fc
    .array(rule, { minLength: 1, maxLength: 5 })
    .filter((rules) => !('fault' in readRules(rules)));

  it('agrees with what signing does, whatever the rules are', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(policy, async (rules) => {
        await decideBy(rules);
        for (const person of EVERYBODY) {
          const told = await Promise.all(PATHS.map((path) => explain(path, asOf(person))));
          const asked = told.flatMap(({ path, maxMinutes }) => [
            { path, reason: 'r' },
            { path, reason: 'r', expiryMinutes: maxMinutes ?? 1 },
            ...(maxMinutes && maxMinutes < 10_080
              ? [{ path, reason: 'r', expiryMinutes: maxMinutes + 1 }]
              : []),
          ]);
          // Signing decides a little otherwise about what is not in memory.
          server.assembly.catalog.apply({
            tenantId: 'default',
            paths: PATHS.filter((_, index) => index % 2 === 0),
            prefixes: [],
          });
          const response = await server.call('POST', '/api/resources/sign/batch', {
            ...(person ? { as: person } : {}),
            body: { resources: asked },
          });
          const { results } = (await response.json()) as {
            results: { expiresAt?: string; error?: { code: string } }[];
          };
          for (const [index, { path, expiryMinutes }] of asked.entries()) {
            const explanation = told.find((one) => one.path === path)!;
            const { error, expiresAt } = results[index]!;
            const minutes = expiryMinutes ?? explanation.defaultMinutes ?? 0;
            const tooLong = explanation.allowed && minutes > explanation.maxMinutes!;
            expect(error?.code)
              .withContext(JSON.stringify({ rules, person, path, expiryMinutes, explanation }))
              .toBe(tooLong ? 'expiry-too-long' : explanation.code);
            outcomes.add(error?.code ?? 'signed');
            if (!expiresAt) continue;
            const lifetime = (new Date(expiresAt).getTime() - Date.now()) / 60_000;
            expect(lifetime).toBeLessThanOrEqual(minutes);
            expect(lifetime).toBeGreaterThan(minutes * 0.75 - 1);
          }
        }
      }),
      { numRuns: 15 * Number(process.env['SCALE'] ?? 1) },
    );
    expect([...outcomes].sort()).toEqual(['expiry-too-long', 'not-allowed', 'owner-revoked', 'signed']);
  }, 120_000);
});
