import { apiDocument } from './api-document.ts';
import { documentedRoutes, routeName } from './testing/documented-routes.ts';
import { documentedCalls, exampleRequest } from './testing/example-requests.ts';
import type { OpenApiDocument } from './testing/openapi-lint.ts';
import {
  callers,
  committedPage,
  generatedPage,
  matrixOf,
  NO_ROLE,
  NOBODY,
  writePage,
  type Cell,
} from './testing/permission-page.ts';
import { routeSamples, type SampleAnswer, type SampleRequest } from './testing/route-samples.ts';
import { startSampleWorld, stranger, type SampleWorld } from './testing/sample-world.ts';
import type { TestPerson } from './testing/test-server.ts';

const contracts = documentedRoutes();
const calls = documentedCalls(apiDocument(contracts, '/api') as OpenApiDocument);

/** The person behind a column of the matrix; nobody for `NOBODY`. */
const personOf = (caller: string): TestPerson => ({
  id: caller === NO_ROLE ? 'somebody' : `a-${caller}`,
  roles: caller === NO_ROLE ? [] : [caller],
});

describe('docs/permissions.md', () => {
  let page: string;

  beforeAll(async () => {
    if (process.env['UPDATE_PERMISSIONS']) await writePage(await generatedPage(contracts));
    page = await committedPage();
  });

  it('shows its tables as roles and routes make them (else: UPDATE_PERMISSIONS=1 npm test -- permissions)', async () => {
    expect(page).toBe(await generatedPage(contracts));
  });

  it('speaks of refusals that every contract names among its problems', () => {
    for (const { access, permission, problems, ...contract } of contracts) {
      const refusals = [
        ...(access === 'signed-in' ? ['sign-in-required'] : []),
        ...(permission ? ['forbidden'] : []),
      ];
      for (const code of refusals) expect(problems).withContext(routeName(contract)).toContain(code);
    }
  });

  describe('in every cell of its matrix, called over HTTP,', () => {
    let world: SampleWorld;
    let matrix: Map<string, Map<string, Cell>>;

    beforeAll(async () => {
      matrix = matrixOf(page);
      world = await startSampleWorld(callers.filter((caller) => caller !== NOBODY).map(personOf));
    });

    afterAll(() => world.server.stop());

    it('has a row for every route, and samples for none that is no route', () => {
      const names = contracts.map(routeName);
      expect([...matrix.keys()]).toEqual(names);
      expect(Object.keys(routeSamples).filter((name) => !names.includes(name))).toEqual([]);
    });

    const ask = async (method: string, caller: string, request: SampleRequest): Promise<SampleAnswer> => {
      const { path, ...rest } = request;
      const who = caller === NOBODY ? {} : { as: personOf(caller) };
      const response = await world.server.call(method, `/api${path}`, { ...who, ...rest });
      const text = await response.text();
      const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, body: isJson && text ? JSON.parse(text) : text };
    };

    for (const contract of contracts) {
      const name = routeName(contract);
      const sample = routeSamples[name] ?? {};
      const call = calls.find((one) => one.name === name);

      for (const caller of callers) {
        it(`tells the truth about ${name} and ${caller}`, async () => {
          const cell = matrix.get(name)?.get(caller);
          await sample.before?.(world, caller === NOBODY ? undefined : personOf(caller));
          const example = call ? exampleRequest(call, world.real) : 'it is not documented';
          if (typeof example === 'string') throw new Error(`${name}: ${example}`);
          const answer = await ask(contract.method, caller, example);
          if (cell === 'no') {
            const refusal = caller === NOBODY ? [401, 'sign-in-required'] : [403, 'forbidden'];
            if (contract.method === 'head') expect(answer.status).toBe(refusal[0] as number);
            else expect([answer.status, (answer.body as { code: string }).code]).toEqual(refusal);
            return;
          }
          if (cell === 'own' && sample.of?.exampleIsOfOthers) expect([403, 404]).toContain(answer.status);
          else
            expect(Math.floor(answer.status / 100))
              .withContext(JSON.stringify(answer.body))
              .toBe(2);
          expect(sample.of !== undefined).toBe(contract.ofOthers !== undefined);
          if (!sample.of) {
            expect(cell).toBe('yes');
            return;
          }
          const { request, isThere } = sample.of;
          const own = await ask(contract.method, caller, request(personOf(caller), world));
          const others = await ask(contract.method, caller, request(stranger, world));
          expect({ own: isThere(own), others: isThere(others) }).toEqual({
            own: cell === 'yes' || cell === 'own',
            others: cell === 'yes',
          });
        });
      }
    }
  });
});
