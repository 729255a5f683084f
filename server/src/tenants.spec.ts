import { documentedRoutes, routeName } from './testing/documented-routes.ts';
import type { SampleRequest } from './testing/route-samples.ts';
import { tenantProbes, type TenantIds } from './testing/tenant-probes.ts';
import type { TestPerson } from './testing/test-server.ts';
import {
  OUR_RESOURCES,
  ours,
  rival,
  startTwoTenants,
  TWIN,
  TWIN_PATH,
  twinBytes,
  type TwoTenants,
} from './testing/two-tenants.ts';

const contracts = documentedRoutes();

/** Headers that differ between two answers that say the same. */
const VARIES = /^(date|content-length|ratelimit.*)$/;

/** What an answer says, with every id replaced by what it is an id of. */
interface Said {
  status: number;
  headers: string[];
  body: string;
}

function anonymised(text: string, { epoch, ...ids }: TenantIds): string {
  // The longest first: a path holds its owner.
  const known = Object.entries(ids).sort(([, a], [, b]) => b.length - a.length);
  return known
    .reduce((rest, [kind, id]) => rest.replaceAll(id, `<${kind}>`), text)
    .replace(new RegExp(`(receipt |receipts/|"epoch":)${epoch}\\b`, 'g'), '$1<epoch>');
}

/** What differs between two answers, or two rows of a log, that say the same. */
const MOMENT = /\d{4}-?\d\d-?\d\dT[\d:.]+Z|"(batchNo|rowNo|durationMs)":\d+/g;

async function said(response: Response, ids: TenantIds): Promise<Said> {
  const headers = [...response.headers]
    .filter(([name]) => !VARIES.test(name))
    .map(([k, v]) => `${k}: ${v.replace(MOMENT, '<moment>')}`);
  return {
    status: response.status,
    headers,
    body: anonymised(await response.text(), ids).replace(MOMENT, '<moment>'),
  };
}

/** Marks of ids that a request does not name, so that an answer to it must not either. */
function unasked(request: SampleRequest, ids: TenantIds): string[] {
  const asked = anonymised(JSON.stringify(request), ids);
  return Object.keys(ids)
    .map((kind) => `<${kind}>`)
    .filter((mark) => !asked.includes(mark));
}

/** A list tells how many there are in all to see, not what others have. */
function totalOf({ body }: Said): number {
  return Number(/"total":(\d+)/.exec(body)?.[1] ?? 0);
}

/** Every row that belongs to the rivals, of every table. */
async function theirRows({ server }: TwoTenants): Promise<string[]> {
  await server.auditRows('delivery');
  const { pool } = server.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relnamespace = 'public'::regnamespace`,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await pool.query<{ row: string }>(
        `SELECT t::text AS row FROM "${name}" t WHERE tenant_id = 'rivals'`,
      );
      return rows.map(({ row }) => `${name} ${row}`);
    }),
  );
  expect(found.flat().length).toBeGreaterThan(10);
  return found.flat().sort();
}

/** What our audit says after its first rows, without what differs between two rows that say the same. */
async function ourAudit({ server }: TwoTenants, after: number): Promise<string[]> {
  await server.auditRows('delivery');
  const { rows } = await server.database.pool.query<Record<string, unknown>>(
    `SELECT event, resource_path, resource_id, signature_id IS NULL AS unsigned, actor, owner, reason, status
       FROM resource_access_logs WHERE tenant_id = 'default' ORDER BY accessed_at OFFSET $1`,
    [after],
  );
  return rows.map((row) => JSON.stringify(row));
}

/**
 * Named by no person of a tenant. One shows nothing of a tenant: places and counts, to those who may ask for all of it.
 * The others are for edges.
 */
const NOT_ASKED = new Set([
  ...['POST /audit/verify', 'POST /edges/lease', 'POST /edges/resolve'],
  // A signed form says who may send it: uploads.spec.ts.
  'POST /resources/uploads/:uploadId/file',
]);

describe('a second tenant', () => {
  let world: TwoTenants;
  /** What requests that name nothing were answered before any request named something. */
  const first = new Map<string, Said[]>();

  const call = (method: string, { path, ...rest }: SampleRequest, as: TestPerson | undefined) =>
    world.server.call(method, `/api${path}`, { ...rest, ...(as ? { as } : {}) });

  beforeAll(async () => {
    world = await startTwoTenants();
    const { theirs, nobodys } = world;
    for (const contract of contracts) {
      const name = routeName(contract);
      const blank = (tenantProbes[name]?.(nobodys) ?? []).map((request) => JSON.stringify(request));
      for (const request of tenantProbes[name]?.(theirs) ?? []) {
        if (!blank.includes(JSON.stringify(request))) continue;
        const tenants = `${request.path.includes('?') ? '&' : '?'}tenant=rivals&tenantId=rivals`;
        const headers = { ...request.headers, 'x-tenant': 'rivals', 'x-tenant-id': 'rivals' };
        for (const variant of [
          request,
          { ...request, headers },
          { ...request, path: request.path + tenants },
        ]) {
          const answer = await said(await call(contract.method, variant, ours), theirs);
          first.set(name, [...(first.get(name) ?? []), answer]);
        }
      }
    }
  });

  afterAll(() => world.server.stop());

  it('is asked for by every route there is', () => {
    const without = contracts.map(routeName).filter((name) => !(name in tenantProbes));
    expect(without).withContext('routes without an entry in testing/tenant-probes.ts').toEqual([]);
    expect(Object.keys(tenantProbes).length).toBe(contracts.length);
    expect(first.size).toBeGreaterThan(3);
  });

  it('changes nothing of what we could read before it came', async () => {
    const { server, alone } = world;
    for (const [path, before] of Object.entries(alone)) {
      const now: unknown = await (await server.call('GET', `/api${path}`, { as: ours })).json();
      expect(now).withContext(path).toEqual(before);
    }
  });

  for (const contract of contracts) {
    const name = routeName(contract);

    it(`is in no answer of ${name} that did not ask for it, not in a total, not when it is named`, () => {
      const answers = first.get(name) ?? [];
      for (const answer of answers) {
        for (const mark of Object.keys(world.theirs)) expect(answer.body).not.toContain(`<${mark}>`);
        expect(totalOf(answer)).toBeLessThanOrEqual(OUR_RESOURCES);
      }
      const requests = tenantProbes[name]?.(world.theirs) ?? [];
      expect(answers.length + requests.length > 0 || NOT_ASKED.has(name)).toBeTrue();
    });

    it(`is not there for ${name}, neither in answers nor in what they leave behind`, async () => {
      const { theirs, nobodys } = world;
      const before = await theirRows(world);
      const blank = tenantProbes[name]?.(nobodys) ?? [];
      for (const [index, request] of (tenantProbes[name]?.(theirs) ?? []).entries()) {
        if (JSON.stringify(request) === JSON.stringify(blank[index])) continue;
        for (const caller of contract.access === 'anonymous' ? [ours, undefined] : [ours]) {
          const rows = (await ourAudit(world, 0)).length;
          const real = await said(await call(contract.method, request, caller), theirs);
          const leftByReal = await ourAudit(world, rows);
          const missing = await said(await call(contract.method, blank[index]!, caller), nobodys);
          const leftByMissing = await ourAudit(world, rows + leftByReal.length);

          const context = `${JSON.stringify(request)} by ${caller?.id}`;
          expect(real).withContext(context).toEqual(missing);
          expect(leftByReal.map((row) => anonymised(row, theirs)))
            .withContext(context)
            .toEqual(leftByMissing.map((row) => anonymised(row, nobodys)));
          // Else it would only have been refused for another reason.
          expect(real.body).withContext(context).not.toContain('"forbidden"');
          expect(real.status).withContext(context).not.toBe(401);
          for (const mark of unasked(request, theirs))
            expect(real.body).withContext(context).not.toContain(mark);
          expect(totalOf(real)).withContext(context).toBeLessThanOrEqual(OUR_RESOURCES);
        }
      }
      expect(await theirRows(world)).toEqual(before);
    });
  }
});

describe('beside a second tenant', () => {
  let world: TwoTenants;

  beforeAll(async () => {
    world = await startTwoTenants();
  });

  afterAll(() => world.server.stop());

  it('an owner and a path of the same names stay apart', async () => {
    const { server } = world;
    const signed = {
      ours: await server.sign(TWIN_PATH, ours),
      rivals: await server.sign(TWIN_PATH, rival),
    };
    const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
    // Again after the first, since what is delivered often comes from memory.
    for (const tenant of ['ours', 'rivals', 'ours', 'rivals'] as const) {
      expect(await bytes(signed[tenant])).toEqual(new Uint8Array(twinBytes[tenant]));
    }
    const revoke = async (as: TestPerson) => {
      const response = await server.call('POST', `/api/owners/${TWIN}/revoke`, { as });
      return ((await response.json()) as { epoch: number }).epoch;
    };
    const before = await theirRows(world);
    const epoch = await revoke(ours);
    expect(await theirRows(world)).toEqual(before);
    expect((await fetch(signed.ours)).status).toBe(403);
    expect(await bytes(signed.rivals)).toEqual(new Uint8Array(twinBytes.rivals));
    expect(await server.sign(TWIN_PATH, rival)).toBeTruthy();
    // What was done is told by its own epoch, whatever happened elsewhere since.
    expect(await revoke(rival)).not.toBe(epoch);
    expect(await revoke(ours)).toBe(epoch);
  });

  it('no URL of ours opens its paths, by its own key or another', async () => {
    const { server, theirs, nobodys, theirUrl } = world;
    const mine = await server.sign('public/team/a.png', ours);
    const changed = async (change: (url: URL) => void, ids: TenantIds): Promise<Said> => {
      const url = new URL(mine);
      change(url);
      return said(await fetch(url), ids);
    };
    const toPath = (path: string) => (url: URL) => void (url.pathname = `/cdn/${path}`);
    const toKid = (kid: string) => (url: URL) => url.searchParams.set('kid', kid);
    const theirKid = new URL(theirUrl).searchParams.get('kid')!;
    const noKid = new URL(mine).searchParams.get('sid')!;

    const refused = await changed(toPath(theirs.publicPath), theirs);
    expect(refused.status).toBe(403);
    expect(await changed(toPath(nobodys.publicPath), nobodys)).toEqual(refused);
    expect(await changed(toKid(theirKid), theirs)).toEqual(refused);
    expect(await changed(toKid(noKid), nobodys)).toEqual(refused);
  });
});

describe('requests that find nothing of a second tenant', () => {
  let world: TwoTenants;

  beforeAll(async () => {
    world = await startTwoTenants();
  });

  afterAll(() => world.server.stop());

  for (const contract of contracts) {
    const name = routeName(contract);
    // What one erases no other finds any more.
    const ask = (ids: TenantIds): SampleRequest[] =>
      (tenantProbes[name]?.(ids) ?? []).filter(({ path }) => !path.endsWith('/erase'));
    // Sample people belong to the configuration, not to a tenant.
    if (contract.path === '/session') continue;

    it(`find it for that tenant: ${name}`, async () => {
      const { theirs, nobodys } = world;
      const answer = async ({ path, ...rest }: SampleRequest, ids: TenantIds): Promise<Said> =>
        said(await world.server.call(contract.method, `/api${path}`, { ...rest, as: rival }), ids);
      const blank = ask(nobodys);
      for (const [index, request] of ask(theirs).entries()) {
        const context = JSON.stringify(request);
        if (context === JSON.stringify(blank[index])) {
          expect((await answer(request, theirs)).status)
            .withContext(context)
            .not.toBe(403);
          continue;
        }
        expect(await answer(request, theirs))
          .withContext(context)
          .not.toEqual(await answer(blank[index]!, nobodys));
      }
    });
  }
});
