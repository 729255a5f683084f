import type { Principal } from '../identity/principal.ts';
import { Problem } from '../platform/problem.ts';

/** Who a rule admits: anybody, whoever is signed in, or the owner named in the path and those who may view all. */
export type Who = 'anyone' | 'signed-in' | 'owner';

/** One line of the signing policy: data, not code. The first rule whose pattern matches decides. */
export interface PolicyRule {
  /** Path pattern: `*` is one segment, `**` the rest, `{ownerId}` one segment that names the owner. */
  path: string;
  who: Who;
  /** Lifetime when the request names none, minutes. */
  defaultMinutes: number;
  /** Longest lifetime that may be asked for, minutes. */
  maxMinutes: number;
}

/** Specification 001: 60 minutes for public images, 15 for documents, 5 for temporary shares. */
export const defaultPolicy: readonly PolicyRule[] = [
  { path: 'public/**', who: 'anyone', defaultMinutes: 60, maxMinutes: 60 },
  { path: 'users/{ownerId}/**', who: 'owner', defaultMinutes: 15, maxMinutes: 15 },
  { path: 'shared/**', who: 'signed-in', defaultMinutes: 5, maxMinutes: 5 },
];

/** 403 `not-allowed`: also the answer for a path no rule speaks of, and for one that does not exist. */
export const notAllowed = (): Problem =>
  new Problem(
    403,
    'not-allowed',
    'You may not sign this path',
    'There is no such resource, or no rule of the signing policy lets you sign it.',
  );

const expiryTooLong = (rule: PolicyRule): Problem =>
  new Problem(
    400,
    'expiry-too-long',
    'The lifetime is longer than the policy allows',
    `expiryMinutes may be at most ${rule.maxMinutes} for ${rule.path}.`,
  );

interface CompiledRule extends PolicyRule {
  pattern: RegExp;
}

/** Decides who may sign what, for how long. */
export class SigningPolicy {
  readonly #rules: readonly CompiledRule[];

  constructor(rules: readonly PolicyRule[] = defaultPolicy) {
    this.#rules = rules.map((rule) => ({ ...rule, pattern: compile(rule.path) }));
  }

  /**
   * @param path canonical key, e.g. `public/team/avatar-2.jpg`
   * @param minutes asked for; undefined takes the rule's default
   * @returns the lifetime, minutes
   * @throws notAllowed
   * @throws Problem 400 `expiry-too-long`: asking for too much is an error, not a silent cut
   */
  lifetimeFor(principal: Principal, path: string, minutes: number | undefined): number {
    for (const rule of this.#rules) {
      const match = rule.pattern.exec(path);
      if (!match) continue;
      if (!admits(rule.who, principal, match.groups?.['ownerId'])) throw notAllowed();
      if (minutes !== undefined && minutes > rule.maxMinutes) throw expiryTooLong(rule);
      return minutes ?? rule.defaultMinutes;
    }
    throw notAllowed();
  }
}

function admits(who: Who, principal: Principal, ownerId: string | undefined): boolean {
  if (who === 'anyone') return true;
  if (principal.anonymous) return false;
  if (who === 'signed-in') return true;
  return principal.id === ownerId || principal.permissions.has('resource:view-all');
}

function compile(pattern: string): RegExp {
  const source = pattern
    .split('/')
    .map((segment) => {
      if (segment === '**') return '.+';
      if (segment === '*') return '[^/]+';
      if (segment === '{ownerId}') return '(?<ownerId>[^/]+)';
      return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('/');
  return new RegExp(`^${source}$`, 'su');
}
