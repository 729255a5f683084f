import { readFile, writeFile } from 'node:fs/promises';
import { documentedCalls } from './testing/example-requests.ts';
import { documentedRoutes, routeName } from './testing/documented-routes.ts';
import { answerFaults, lintExceptions, lintOpenApi, type OpenApiDocument } from './testing/openapi-lint.ts';
import { TestServer } from './testing/test-server.ts';
import { outsideContracts } from './api-document.ts';

const COMMITTED = new URL('../openapi.json', import.meta.url);

describe('the OpenAPI document', () => {
  let server: TestServer;
  let text: string;
  let document: OpenApiDocument;

  beforeAll(async () => {
    const person = { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] };
    server = await TestServer.start({ samplePeople: [person] });
    text = await (await server.call('GET', '/api/openapi.json')).text();
    document = JSON.parse(text) as OpenApiDocument;
  });

  afterAll(() => server.stop());

  it('is committed as it is served (else: UPDATE_OPENAPI=1 npm test -- openapi)', async () => {
    const formatted = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env['UPDATE_OPENAPI']) await writeFile(COMMITTED, formatted);
    const committed = await readFile(COMMITTED, 'utf8');
    // First what names the place, then what minds the order and the lines too.
    expect(JSON.parse(committed)).toEqual(document);
    expect(committed === formatted).toBeTrue();
  });

  it('names every call as its contract does: by one word, in camelCase, and each another', () => {
    const contracts = [...documentedRoutes(), ...outsideContracts];
    for (const contract of contracts) {
      expect(contract.operationId)
        .withContext(`operationId of ${routeName(contract)}`)
        .toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
      expect(document.tags.map(({ name }) => name))
        .withContext(`tag of ${routeName(contract)}; api-document.ts says what each is`)
        .toContain(contract.tag);
    }
    const documented = documentedCalls(document).map(({ operation }) => operation.operationId);
    expect(new Set(documented).size).toBe(contracts.length);
    expect(documented.sort()).toEqual(contracts.map(({ operationId }) => operationId).sort());
  });

  it('says of every good answer what is in it, and names each schema of a body', () => {
    for (const { name, operation } of documentedCalls(document)) {
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      for (const [status, { content, headers = {} }] of Object.entries(operation.responses)) {
        // Clients of tus look at headers alone.
        const isTus = 'Tus-Resumable' in headers;
        if (Number(status) < 300 && !isTus) expect(content).withContext(`${name} ${status}`).toBeDefined();
      }
      for (const body of bodies) {
        const json = body?.content?.['application/json'];
        if (json) expect(json.schema).withContext(`${name}: give it .meta({ id })`).toEqual(named);
      }
    }
  });

  it('groups the refusals of a call by status, says how long to wait, and what is left', () => {
    const { responses } = document.paths['/resources/{id}']!['get']!;
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '429', '500', '503']);
    expect(responses['401']?.description).toContain('- `token-expired`: the token was good and has expired');
    expect(responses['404']?.description).toMatch(/^`not-found`: /);
    const headers = Object.entries(responses).map(([status, one]) => [
      status,
      Object.keys(one.headers ?? {}),
    ]);
    const counted = ['RateLimit', 'RateLimit-Policy'];
    expect(Object.fromEntries(headers)).toEqual({
      200: counted,
      400: counted,
      401: [...counted, 'WWW-Authenticate'],
      403: counted,
      404: counted,
      429: [...counted, 'Retry-After'],
      500: counted,
      503: ['Retry-After'],
    });
  });

  it('says what each call needs and counts against', () => {
    const [revoke, sign] = ['/owners/{id}/revoke', '/resources/sign'].map(
      (path) => document.paths[path]!['post'] as object,
    );
    expect(revoke).toEqual(jasmine.objectContaining({ 'x-permission': 'owner:revoke', 'x-limit': 'api' }));
    expect(sign).toEqual(
      jasmine.objectContaining({ 'x-limit': 'sign', security: [{ bearer: [] }, { cookie: [] }, {}] }),
    );
  });

  it('keeps the rules of Redocly, but where testing/openapi-lint.ts says why not', async () => {
    const faults = await lintOpenApi(document);
    const isExcepted = (fault: { rule: string; at: string }): boolean =>
      lintExceptions.some(({ rule, at }) => rule === fault.rule && at.test(fault.at));
    expect(faults.filter((fault) => !isExcepted(fault))).toEqual([]);
    const needed = lintExceptions.filter(({ rule, at }) =>
      faults.some((one) => one.rule === rule && at.test(one.at)),
    );
    expect(needed.length).withContext('exceptions that are needed').toBe(lintExceptions.length);
  });

  it('is checked by rules that find what is wrong with a document and with an answer', async () => {
    const wrong = structuredClone(document);
    wrong.paths['/owners']!['get']!.tags = ['nothing'];
    wrong.paths['/owners']!['get']!.operationId = 'signResource';
    expect((await lintOpenApi(wrong)).map(({ rule }) => rule)).toEqual(
      jasmine.arrayContaining(['operation-tag-defined', 'operation-operationId-unique']),
    );
    const call = { path: '/session', method: 'post', status: 200 };
    expect(await answerFaults(document, call, { token: 'a' })).toEqual([]);
    expect(await answerFaults(document, call, { token: 1 })).toEqual([jasmine.stringContaining('string')]);
    expect(await answerFaults(document, call, {})).toEqual([jasmine.stringContaining('token')]);
    expect(await answerFaults(document, call, { token: 'a', more: 1 })).toEqual([
      jasmine.stringContaining('more'),
    ]);
    expect(await answerFaults(document, { ...call, status: 201 }, {})).toEqual([
      jasmine.stringContaining('201'),
    ]);
  });

  it('is shown by a page that loads everything from this server', async () => {
    const page = await server.call('GET', '/api/docs');
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const [, asset = ''] of html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)) {
      expect((await server.call('GET', `/api/${asset}`)).status)
        .withContext(asset)
        .toBe(200);
    }
  });
});

const named = { $ref: jasmine.stringMatching(/^#\/components\/schemas\/[A-Z]\w+$/) as unknown as string };
