import { readFile, writeFile } from 'node:fs/promises';
import { TestServer } from './testing/test-server.ts';

const COMMITTED = new URL('../openapi.json', import.meta.url);

describe('the OpenAPI document', () => {
  let server: TestServer;

  beforeAll(async () => {
    const person = { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] };
    server = await TestServer.start({ samplePeople: [person] });
  });

  afterAll(() => server.stop());

  it('is committed as it is served (else: UPDATE_OPENAPI=1 npm test -- openapi)', async () => {
    const served = await (await server.call('GET', '/api/openapi.json')).text();
    const formatted = `${JSON.stringify(JSON.parse(served), null, 2)}\n`;
    if (process.env['UPDATE_OPENAPI']) await writeFile(COMMITTED, formatted);
    expect(formatted).toBe(await readFile(COMMITTED, 'utf8'));
  });

  it('names every route with an operation id of its own, and a schema for each good answer', async () => {
    const document = (await (await server.call('GET', '/api/openapi.json')).json()) as {
      paths: Record<
        string,
        Record<string, { operationId: string; responses: Record<string, { content?: object }> }>
      >;
    };
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { operationId, responses } of operations) {
      for (const response of Object.values(responses))
        expect(response.content).withContext(operationId).toBeDefined();
    }
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
