import { anonymousPrincipal, type Principal } from '../identity/principal.ts';
import { RoleTable } from '../identity/roles.ts';
import { Problem } from '../platform/problem.ts';
import { admits, lifetimeOf, SigningPolicy } from './policy.ts';
import type { PolicyRule, Who } from './policy-rules.ts';

const principal = (id: string, roles: string[] = []): Principal => ({
  tenantId: 'default',
  id,
  name: id,
  anonymous: false,
  kind: 'user',
  roles,
  permissions: new RoleTable().permissionsOf(roles),
});

const ada = principal('ada', ['tenantMember']);
const admin = principal('admin', ['tenantAdmin']);
const nobody = anonymousPrincipal('default');

/** What signing would do: the lifetime, or undefined. */
const decided = (
  policy: SigningPolicy,
  who: Principal,
  path: string,
  { ownerId = 'ada', kind = 'document', minutes }: { ownerId?: string; kind?: string; minutes?: number } = {},
): number | undefined => {
  const rule = policy.ruleFor(path, kind);
  return rule && admits(rule, who, ownerId) ? lifetimeOf(rule, minutes) : undefined;
};

describe('the default signing policy', () => {
  const policy = new SigningPolicy();

  it('gives 60 minutes to public images, 15 to documents, 5 to shares (specification 001)', () => {
    expect(decided(policy, ada, 'public/team/a.jpg')).toBe(60);
    expect(decided(policy, ada, 'users/ada/documents/a.pdf')).toBe(15);
    expect(decided(policy, ada, 'shared/a.pdf')).toBe(5);
  });

  it('speaks of nothing else', () => {
    for (const path of [
      'private/a',
      'public',
      'publicity/a',
      'users/ada',
      'x/public/a',
      'private\npublic/a',
    ]) {
      expect(policy.ruleFor(path, 'document')).withContext(path).toBeUndefined();
      expect(policy.refusesUnseen(admin, path)).withContext(path).toBeTrue();
    }
  });

  it('lets the owner of the resource sign, whatever the path looks like', () => {
    const path = 'users/Jc8Q0pYxTm6u1z9a/documents/a.pdf';
    expect(decided(policy, ada, path, { ownerId: 'ada' })).toBe(15);
    expect(decided(policy, ada, 'users/ada/documents/a.pdf', { ownerId: 'grace' })).toBeUndefined();
    expect(decided(policy, admin, path, { ownerId: 'grace' })).toBe(15);
  });

  it('takes anonymous for no owner, also of that name', () => {
    expect(decided(policy, nobody, 'users/anonymous/a', { ownerId: 'anonymous' })).toBeUndefined();
  });

  it('refuses without looking only what is refused whatever is there', () => {
    expect(policy.refusesUnseen(nobody, 'public/team/a.jpg')).toBeFalse();
    expect(policy.refusesUnseen(nobody, 'users/ada/documents/a.pdf')).toBeTrue();
    expect(policy.refusesUnseen(nobody, 'shared/a.pdf')).toBeTrue();
    expect(policy.refusesUnseen(ada, 'users/grace/documents/a.pdf')).toBeFalse();
  });
});

describe('a signing policy', () => {
  const rule = (path: string, who: Who | Who[], more: Partial<PolicyRule> = {}): PolicyRule => ({
    path,
    who,
    defaultMinutes: 1,
    maxMinutes: 2,
    ...more,
  });

  it('lets the first rule that fits decide, also against a later one', () => {
    const strict = new SigningPolicy([rule('public/secret/**', 'owner'), rule('public/**', 'anyone')]);
    expect(decided(strict, ada, 'public/secret/a', { ownerId: 'grace' })).toBeUndefined();
    expect(decided(strict, ada, 'public/a', { ownerId: 'grace' })).toBe(1);
  });

  it('takes every character of a segment as itself', () => {
    const dotted = new SigningPolicy([rule('a.b/*/(c|d)', 'anyone')]);
    expect(decided(dotted, ada, 'a.b/x/(c|d)')).toBe(1);
    for (const path of ['axb/x/(c|d)', 'a.b/x/c', 'a.b/x/y/(c|d)', 'a.b//(c|d)']) {
      expect(decided(dotted, ada, path))
        .withContext(path)
        .toBeUndefined();
    }
  });

  it('goes on to the next rule where the kind is another', () => {
    const kinds = new SigningPolicy([
      rule('users/**', 'signed-in', { kind: 'avatar' }),
      rule('users/**', { permission: 'resource:view-all' }),
    ]);
    expect(decided(kinds, ada, 'users/a', { kind: 'avatar' })).toBe(1);
    expect(decided(kinds, ada, 'users/a', { kind: 'document' })).toBeUndefined();
    expect(decided(kinds, admin, 'users/a', { kind: 'document' })).toBe(1);
    expect(kinds.refusesUnseen(ada, 'users/a')).toBeFalse();
    expect(kinds.refusesUnseen(nobody, 'users/a')).toBeTrue();
    const narrow = new SigningPolicy([
      rule('users/**', { permission: 'audit:read' }, { kind: 'avatar' }),
      rule('users/**', 'signed-in'),
    ]);
    expect(narrow.refusesUnseen(ada, 'users/a')).toBeFalse();
  });

  it('admits by role, by permission, and by any of several', () => {
    const roles = new SigningPolicy([
      rule('hr/**', { role: ['payroll', 'DOC_VIEWALL'] }),
      rule('all/**', { permission: 'resource:view-all' }),
      rule('either/**', ['owner', { role: ['payroll'] }]),
    ]);
    const payroll = principal('pay', ['payroll']);
    const viewer = principal('view', ['DOC_VIEWALL']);
    const outcomes = [payroll, viewer, ada, nobody].map((who) =>
      ['hr/a', 'all/a', 'either/a'].map((path) => decided(roles, who, path) !== undefined),
    );
    expect(outcomes).toEqual([
      [true, false, true],
      [true, true, true],
      [false, false, true],
      [false, false, false],
    ]);
  });

  it('says what the longest lifetime is when more is asked for', () => {
    const short = new SigningPolicy([rule('public/**', 'anyone')]);
    expect(decided(short, ada, 'public/a', { minutes: 2 })).toBe(2);
    expect(() => decided(short, ada, 'public/a', { minutes: 3 })).toThrowMatching(
      (error: unknown) =>
        error instanceof Problem &&
        error.code === 'expiry-too-long' &&
        error.detail === 'expiryMinutes may be at most 2 for public/**.',
    );
  });
});
