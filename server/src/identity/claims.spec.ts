import { claimAt, readPrincipal, type ClaimPlaces } from './claims.ts';

const places: ClaimPlaces = {
  tenant: { place: 'organization' },
  roles: ['realm_access.roles', 'resource_access.acme\\.api.roles', 'roles'],
  names: ['name', 'preferred_username'],
};
const keycloak = {
  sub: 'f3a1c9e0-0000-4000-8000-1a2b3c4d5e6f',
  organization: ['acme'],
  azp: 'showcase',
  realm_access: { roles: ['offline_access', 'tenantMember'] },
  resource_access: { 'acme.api': { roles: ['DOC_UPL'] }, account: { roles: ['tenantAdmin'] } },
  preferred_username: 'ada',
};

describe('the claims of a token', () => {
  it('say the roles of the realm and of the own client, and not those of other clients', () => {
    expect(readPrincipal(keycloak, places)).toEqual({
      id: keycloak.sub,
      tenantId: 'acme',
      name: 'ada',
      kind: 'user',
      roles: ['offline_access', 'tenantMember', 'DOC_UPL'],
    });
  });

  it('are found by path, by escaped dots, or by the whole name', () => {
    const claims = { 'https://example.com/roles': ['a'], a: { 'b.c': 1, b: { c: 2 } } };
    expect(claimAt(claims, 'https://example.com/roles')).toEqual(['a']);
    expect(claimAt(claims, 'a.b\\.c')).toBe(1);
    expect(claimAt(claims, 'a.b.c')).toBe(2);
    expect(claimAt(claims, 'a.b.c.d')).toBeUndefined();
  });

  it('are never found where every object has something', () => {
    for (const place of ['constructor', '__proto__.constructor', 'toString.name', 'list.length', 'list.0']) {
      expect(claimAt({ list: ['a'] }, place))
        .withContext(place)
        .toBeUndefined();
    }
    const claims = JSON.parse(
      '{"__proto__":{"roles":["tenantAdmin"]},"sub":"a","organization":"b"}',
    ) as object;
    expect(readPrincipal({ ...claims }, places).roles).toEqual([]);
  });

  it('list roles as a list or as words', () => {
    const rolesOf = (roles: unknown): readonly string[] =>
      readPrincipal({ ...keycloak, realm_access: undefined, resource_access: undefined, roles }, places)
        .roles;
    expect(rolesOf('DOC_UPL  DOC_VIEW')).toEqual(['DOC_UPL', 'DOC_VIEW']);
    expect(rolesOf(['one role', 'one role'])).toEqual(['one role']);
    expect(rolesOf(null)).toEqual([]);
    for (const wrong of [7, {}, [7], [''], ['x'.repeat(256)]]) expect(() => rolesOf(wrong)).toThrow();
  });

  it('must name exactly one tenant where they name it', () => {
    for (const organization of [undefined, null, '', [], ['a', 'b'], 'a/b', '..', { a: {} }, 7]) {
      expect(() => readPrincipal({ ...keycloak, organization }, places))
        .withContext(JSON.stringify(organization) ?? 'none')
        .toThrow();
    }
    const everybody = { ...places, tenant: { everybody: 'all' } };
    expect(readPrincipal({ ...keycloak, organization: 'other' }, everybody).tenantId).toBe('all');
  });

  it('may lack a name that can be shown: then the subject is it', () => {
    for (const name of [undefined, 7, '', 'a\nb', 'x'.repeat(201)]) {
      const told = readPrincipal({ ...keycloak, preferred_username: undefined, name }, places);
      expect(told.name).toBe(keycloak.sub);
    }
  });

  const services: [string, object][] = [
    ['RFC 9068', { sub: 'backend', client_id: 'backend' }],
    ['Keycloak', { azp: 'Backend', client_id: 'Backend', preferred_username: 'service-account-backend' }],
    ['older Keycloak', { azp: 'b', clientId: 'b', preferred_username: 'service-account-b' }],
    ['Auth0', { sub: 'abc@clients', azp: 'abc', gty: 'client-credentials' }],
    ['Entra ID', { idtyp: 'app' }],
  ];
  for (const [name, claims] of services) {
    it(`tell a service from a user as ${name} does`, () => {
      expect(readPrincipal({ ...keycloak, ...claims }, places).kind).toBe('service');
    });
  }

  it('make nobody a service because of a name', () => {
    for (const claims of [
      { client_id: 'showcase' },
      { preferred_username: 'service-account-showcase' },
      { preferred_username: 'service-account-other', client_id: 'showcase' },
      { preferred_username: 'service-account-other', client_id: 'other' },
      { client_id: [keycloak.sub] },
    ]) {
      expect(readPrincipal({ ...keycloak, ...claims }, places).kind).toBe('user');
    }
  });
});
