import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedConfig } from '../countersign-config.ts';
import { StartError } from '../platform/start-error.ts';
import { TestServer } from '../testing/test-server.ts';
import { builtInRoles, permissionNames, withIncluded } from './permissions.ts';
import { readRolesFile } from './roles-file.ts';
import { RoleTable } from './roles.ts';

describe('the built-in roles', () => {
  const roles = new RoleTable();

  it('are those of the specifications', () => {
    const of002 = ['DOC_UPL', 'DOC_UPLALL', 'DOC_VIEW', 'DOC_VIEWALL', 'BUY', 'SEL', 'ADM'];
    const of004 = ['tenantOwner', 'tenantAdmin', 'tenantMember', 'globalAdmin'];
    expect([...builtInRoles.keys()]).toEqual([...of002, ...of004]);
  });

  it('give what a larger permission includes, too', () => {
    expect(withIncluded(['audit:read', 'resource:view-all'])).toEqual(
      new Set(['audit:read', 'resource:view-all', 'audit:read-own', 'resource:view']),
    );
    expect(roles.permissionsOf(['DOC_UPLALL']).has('resource:upload')).toBe(true);
  });

  it('add up, and give nothing for what nobody knows', () => {
    expect(roles.permissionsOf(['DOC_UPL', 'BUY', 'king', 'constructor'])).toEqual(
      new Set(['resource:upload', 'resource:view']),
    );
  });

  it('let only a globalAdmin ask about the audit of every tenant, and nobody do more than that role', () => {
    const mostly = [...builtInRoles.keys()].filter((role) => role !== 'globalAdmin');
    expect(roles.permissionsOf(mostly).has('audit:verify')).toBe(false);
    expect(roles.permissionsOf(['globalAdmin'])).toEqual(
      // Of edges, which no person is.
      new Set(permissionNames.filter((name) => name !== 'edge:serve')),
    );
  });
});

describe('roles of a deployment', () => {
  const of = (settings: ConstructorParameters<typeof RoleTable>[0], ...names: string[]) =>
    [...new RoleTable(settings).permissionsOf(names)].sort();

  it('add a role, with what its permissions include', () => {
    expect(of({ AUDITOR: { adds: ['audit:read'] } }, 'AUDITOR')).toEqual(['audit:read', 'audit:read-own']);
  });

  it('extend a built-in role without taking anything from it', () => {
    expect(of({ BUY: { adds: ['resource:upload'] } }, 'BUY')).toEqual(['resource:upload', 'resource:view']);
  });

  it('take away only where "only" says so', () => {
    expect(of({ tenantMember: { only: ['resource:view'] } }, 'tenantMember')).toEqual(['resource:view']);
    expect(of({ tenantMember: { only: [] } }, 'tenantMember')).toEqual([]);
  });

  it('may be like a built-in role, and a little more', () => {
    const member = of({}, 'tenantMember');
    expect(of({ staff: { like: 'tenantMember' } }, 'staff')).toEqual(member);
    expect(of({ staff: { like: 'tenantMember', adds: ['owner:view'] } }, 'staff')).toEqual(
      [...member, 'owner:view' as const].sort(),
    );
  });

  it('leave names of Object.prototype what they are: names', () => {
    expect(of({ constructor: { adds: ['owner:view'] } } as never, 'constructor')).toEqual(['owner:view']);
    expect(of({ AUDITOR: { adds: [] } }, 'toString')).toEqual([]);
  });

  it('are what a running server goes by', async () => {
    const server = await TestServer.start({
      roles: { AUDITOR: { adds: ['audit:read'] }, tenantAdmin: { only: ['owner:view'] } },
    });
    const status = async (path: string, role: string) =>
      (await server.call('GET', path, { as: { id: 'somebody', roles: [role] } })).status;
    const statuses = [
      await status('/api/audit/logs', 'AUDITOR'),
      await status('/api/owners', 'AUDITOR'),
      await status('/api/owners', 'tenantAdmin'),
      await status('/api/audit/logs', 'tenantAdmin'),
    ];
    await server.stop();
    expect(statuses).toEqual([200, 403, 200, 403]);
  });
});

describe('ROLES_FILE', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-roles-'));
    file = join(folder, 'roles.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('holds the roles of the deployment', async () => {
    await writeFile(file, '{ "AUDITOR": { "adds": ["audit:read"] } }');
    expect(await readRolesFile(file)).toEqual({ AUDITOR: { adds: ['audit:read'] } });
  });

  it('may hold what docs/permissions.md shows', async () => {
    const page = await readFile(new URL('../../../docs/permissions.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
    await writeFile(file, example);
    expect(await readRolesFile(file)).toEqual(JSON.parse(example));
  });

  const wrong: [string, string | undefined, string[]][] = [
    ['is not there', undefined, ['ENOENT']],
    ['is not JSON', '{ "AUDITOR": ', ['is not JSON']],
    ['is no object', '["AUDITOR"]', ['object of roles']],
    [
      'has an unknown permission',
      '{"A":{"adds":["audit:read","audit:reed"]}}',
      ['A.adds.1', '"audit:reed"', 'audit:read,'],
    ],
    ['has a reserved word wrong', '{"A":{"add":["audit:read"]}}', ['A', '"add"']],
    ['says nothing of a role', '{"A":{}}', ['A:', '"adds"', '"only"']],
    ['adds to what it replaces', '{"A":{"only":[],"adds":["audit:read"]}}', ['A:', '"only"']],
    ['is like nobody', '{"A":{"like":"king"}}', ['A.like', '"king"', 'tenantAdmin']],
    ['has a role without a name', '{"":{"adds":["audit:read"]}}', ['1 to 64 characters']],
  ];
  for (const [what, text, named] of wrong) {
    it(`is refused at start when it ${what}`, async () => {
      if (text !== undefined) await writeFile(file, text);
      await expectAsync(readRolesFile(file)).toBeRejectedWithError(StartError);
      const message = await readRolesFile(file).catch((error: Error) => error.message);
      for (const part of ['ROLES_FILE', file, ...named]) expect(message).toContain(part);
    });
  }

  it('has its place in countersign() too, checked the same way', () => {
    const config = {
      databaseUrl: 'postgres://127.0.0.1/countersign',
      dataDir: 'data',
      masterSecret: 'master-0123456789-abcdefghijklmnop',
      jwtSecret: 'jwt-0123456789-abcdefghijklmnopqrst',
      auditSigningKey: randomBytes(32).toString('base64'),
      deliveryUrl: 'https://cdn.example.com',
    };
    expect(() => checkedConfig({ ...config, roles: { A: { adds: ['x'] } } } as never)).toThrowMatching(
      (error: unknown) =>
        error instanceof StartError && /roles\.A\.adds\.0.*"x".*audit:read/.test(error.message),
    );
  });
});
