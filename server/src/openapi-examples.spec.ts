import { maskedAnswer } from './testing/masked-answer.ts';
import { documentedRoutes, routeName } from './testing/documented-routes.ts';
import { documentedCalls, exampleRequest, type DocumentedCall } from './testing/example-requests.ts';
import { answerFaults, type OpenApiDocument } from './testing/openapi-lint.ts';
import { routeSamples } from './testing/route-samples.ts';
import { startSampleWorld, type SampleWorld } from './testing/sample-world.ts';
import type { TestPerson } from './testing/test-server.ts';
import { apiDocument, outsideContracts } from './api-document.ts';

const contracts = documentedRoutes();
const calls = documentedCalls(apiDocument(contracts, '/api') as OpenApiDocument);

/** May call everything. */
const caller: TestPerson = { id: 'admin', name: 'Ann Admin', roles: ['globalAdmin'] };

describe('the examples of the OpenAPI document', () => {
  let world: SampleWorld;
  let document: OpenApiDocument;

  beforeAll(async () => {
    world = await startSampleWorld([]);
    const served = await world.server.call('GET', '/api/openapi.json');
    document = (await served.json()) as OpenApiDocument;
  });

  afterAll(() => world.server.stop());

  it('are there for every call: what it takes, and each good answer that is JSON', () => {
    const lacking: string[] = [];
    for (const { name, operation, ...call } of calls) {
      const request = exampleRequest({ ...call, operation });
      if (typeof request === 'string') lacking.push(`${name}: ${request}`);
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const json = content?.['application/json'];
        if (json && json.example === undefined) lacking.push(`${name}: its example has no answer ${status}`);
      }
    }
    expect(lacking).withContext('complete the `example` of these contracts').toEqual([]);
    const names = [...contracts, ...outsideContracts].map(routeName);
    expect(calls.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  for (const call of calls) {
    it(`come true when ${call.name} is called`, async () => {
      const { status, type, body, headers } = await replay(call);
      const { path, method, operation } = call;
      const { content: documented = {}, headers: told = {} } = operation.responses[status] ?? {};
      expect(status).withContext(JSON.stringify(body)).toBeLessThan(300);
      expect(Object.keys(told).filter((header) => !headers.has(header))).toEqual([]);
      if (type === '') {
        expect(Object.keys(documented)).toEqual([]);
        return;
      }
      if (type !== 'application/json') {
        const shown = documented[type] ?? documented['*/*'];
        expect(shown).withContext(`${status} ${type}`).toBeDefined();
        if (shown?.example !== undefined) expect(maskedLines(body)).toEqual(maskedLines(shown.example));
        return;
      }
      expect(await answerFaults(document, { path, method, status }, body)).toEqual([]);
      const shown = documented['application/json']?.example;
      expect(maskedAnswer(body)).toEqual(maskedAnswer(shown, jasmine.arrayContaining));
    });
  }

  const maskedLines = (text: unknown): unknown[] =>
    String(text)
      .split('\n')
      .map((line) => (line === '' ? '' : maskedAnswer(JSON.parse(line))));

  async function replay({ name, method, server, ...call }: DocumentedCall) {
    await routeSamples[name]?.before?.(world, caller);
    const request = exampleRequest(call, world.real);
    if (typeof request === 'string') throw new Error(`${name}: ${request}`);
    const { path, ...rest } = request;
    const authorization = routeSamples[name]?.authorization?.(world);
    const response = await world.server.call(method.toUpperCase(), server + path, {
      ...rest,
      ...(authorization === undefined ? { as: caller } : { headers: { ...rest.headers, authorization } }),
    });
    await routeSamples[name]?.after?.(world);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json$/.test(type);
    const { status, headers } = response;
    return { status, headers, type, body: isJson ? (JSON.parse(text) as unknown) : text };
  }
});
