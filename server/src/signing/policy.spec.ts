import type { Principal } from '../identity/principal.ts';
import { RoleTable } from '../identity/roles.ts';
import { Problem } from '../platform/problem.ts';
import { SigningPolicy } from './policy.ts';

const principal = (id: string, roles: string[] = []): Principal => ({
  tenantId: 'default',
  id,
  name: id,
  anonymous: id === 'anonymous',
  kind: id === 'anonymous' ? 'anonymous' : 'user',
  roles,
  permissions: new RoleTable().permissionsOf(roles),
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};

describe('the signing policy', () => {
  const policy = new SigningPolicy();
  const ada = principal('ada', ['tenantMember']);

  it('gives 60 minutes to public images, 15 to documents, 5 to shares (specification 001)', () => {
    expect(policy.lifetimeFor(ada, 'public/team/a.jpg', undefined)).toBe(60);
    expect(policy.lifetimeFor(ada, 'users/ada/documents/a.pdf', undefined)).toBe(15);
    expect(policy.lifetimeFor(ada, 'shared/a.pdf', undefined)).toBe(5);
  });

  it('refuses what no rule speaks of', () => {
    for (const path of ['private/a', 'public', 'publicity/a', 'users/ada', 'x/public/a']) {
      expect(codeOf(() => policy.lifetimeFor(ada, path, undefined)))
        .withContext(path)
        .toBe('not-allowed');
    }
  });

  it('lets a line feed in no pattern pass a segment boundary', () => {
    expect(codeOf(() => policy.lifetimeFor(ada, 'private\npublic/a', undefined))).toBe('not-allowed');
  });

  it('lets the first rule that matches decide, also against a later one', () => {
    const strict = new SigningPolicy([
      { path: 'public/secret/**', who: 'owner', defaultMinutes: 1, maxMinutes: 1 },
      { path: 'public/**', who: 'anyone', defaultMinutes: 60, maxMinutes: 60 },
    ]);
    expect(codeOf(() => strict.lifetimeFor(ada, 'public/secret/a', undefined))).toBe('not-allowed');
    expect(strict.lifetimeFor(ada, 'public/a', undefined)).toBe(60);
  });

  it('treats other characters of a pattern as themselves', () => {
    const dotted = new SigningPolicy([{ path: 'a.b/*', who: 'anyone', defaultMinutes: 1, maxMinutes: 2 }]);
    expect(dotted.lifetimeFor(ada, 'a.b/c', 2)).toBe(2);
    expect(codeOf(() => dotted.lifetimeFor(ada, 'axb/c', 1))).toBe('not-allowed');
    expect(codeOf(() => dotted.lifetimeFor(ada, 'a.b/c/d', 1))).toBe('not-allowed');
  });

  it('does not take anonymous for an owner of that name', () => {
    expect(codeOf(() => policy.lifetimeFor(principal('anonymous'), 'users/anonymous/a', undefined))).toBe(
      'not-allowed',
    );
  });
});
