import jwt from 'jsonwebtoken';
import { Problem } from '../platform/problem.ts';
import type { Principal } from './principal.ts';
import { RoleTable } from './roles.ts';
import { secretVerifier } from './secret-verifier.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { issueToken } from './tokens.ts';

const SECRET = 'test-secret-0123456789-abcdefghijklmnop';
const places = { tenant: { place: 'tenant' }, roles: ['roles'], names: ['name'] };
const person = { id: 'ada', name: 'Ada Lovelace', tenantId: 'default', roles: ['tenantAdmin'] };

describe('bearer tokens', () => {
  let now: number;
  let verifier: TokenVerifier;

  beforeEach(() => {
    now = Date.now();
    verifier = secretVerifier(SECRET, { places, roles: new RoleTable() }, () => now);
  });

  /** With a secret there is nothing to ask for. */
  const verified = (token: string): Principal => verifier.verify(token) as Principal;

  const isRefused = (token: string, code = 'invalid-token'): boolean => {
    try {
      verified(token);
      return false;
    } catch (error) {
      return error instanceof Problem && error.status === 401 && error.code === code;
    }
  };

  const claims = { sub: 'ada', tenant: 'default', roles: [], iss: 'countersign', aud: 'countersign' };

  it('say who calls, in which tenant, with which permissions', () => {
    const principal = verified(issueToken(person, SECRET));
    expect([principal.id, principal.name, principal.tenantId]).toEqual(['ada', 'Ada Lovelace', 'default']);
    expect([principal.kind, principal.roles]).toEqual(['user', ['tenantAdmin']]);
    expect(principal.permissions.has('owner:revoke')).toBe(true);
  });

  it('are refused after their end, the remembered ones too', () => {
    const token = issueToken(person, SECRET);
    verified(token);
    now += 8 * 3600_000 + 29_000;
    expect(verified(token).id).toBe('ada');
    now += 2_000;
    expect(isRefused(token, 'token-expired')).toBe(true);
    expect(isRefused(issueToken(person, `${SECRET}x`), 'invalid-token')).toBe(true);
    expect(isRefused(token, 'token-expired')).toBe(true);
  });

  it('are refused under another secret, algorithm, issuer or audience, and without an end', () => {
    const sign = (payload: object, secret = SECRET, algorithm: jwt.Algorithm = 'HS256'): string =>
      jwt.sign(payload, secret, { algorithm });
    const exp = Math.floor(now / 1000) + 60;
    expect(isRefused(sign({ ...claims, exp }))).toBe(false);
    expect(isRefused(sign({ ...claims, exp }, `${SECRET}x`))).toBe(true);
    expect(isRefused(sign({ ...claims, exp }, SECRET, 'HS512'))).toBe(true);
    expect(isRefused(sign({ ...claims, exp, iss: 'other' }))).toBe(true);
    expect(isRefused(sign({ ...claims, exp, aud: 'other' }))).toBe(true);
    expect(isRefused(sign(claims))).toBe(true);
    expect(isRefused(jwt.sign({ ...claims, exp }, '', { algorithm: 'none' }))).toBe(true);
  });

  it('are refused without a tenant or a subject', () => {
    const exp = Math.floor(now / 1000) + 60;
    expect(isRefused(jwt.sign({ ...claims, tenant: undefined, exp }, SECRET))).toBe(true);
    expect(isRefused(jwt.sign({ ...claims, sub: '', exp }, SECRET))).toBe(true);
  });

  it('are refused when the subject is no single segment of a path, or nobody', () => {
    for (const id of [
      'a/b',
      '..',
      'a\nb',
      'o%x',
      'x'.repeat(256),
      'anonymous',
      'system',
      'samples',
      'cli:root',
      'erased-VZwIwR',
    ]) {
      expect(isRefused(issueToken({ ...person, id }, SECRET)))
        .withContext(id)
        .toBe(true);
    }
    expect(verified(issueToken({ ...person, id: 'auth0|Zoë' }, SECRET)).id).toBe('auth0|Zoë');
  });

  it('give nothing for roles nobody knows, those of Object.prototype included', () => {
    const roles = ['constructor', '__proto__', 'toString', 'king'];
    expect(verified(issueToken({ ...person, roles }, SECRET)).permissions.size).toBe(0);
  });
});
