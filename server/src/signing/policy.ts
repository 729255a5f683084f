import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import { Problem } from '../platform/problem.ts';
import { compilePattern, type PathMatch } from './path-pattern.ts';
import { admittedBy, defaultPolicy, type PolicyRule } from './policy-rules.ts';

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

/** A rule that is ready to be asked. */
export interface CompiledRule extends PolicyRule {
  /** Its place in the list, from 1. */
  readonly number: number;
  readonly matches: PathMatch;
  readonly anyone: boolean;
  readonly signedIn: boolean;
  readonly owner: boolean;
  readonly member: boolean;
  readonly roles: readonly string[];
  readonly permissions: readonly Permission[];
}

/** Decides who may sign what, for how long. Never changes: a new version of the rules is a new policy. */
export class SigningPolicy {
  readonly rules: readonly CompiledRule[];

  /** @param rules as `readRules` has checked them */
  constructor(rules: readonly PolicyRule[] = defaultPolicy) {
    this.rules = rules.map(compileRule);
  }

  /**
   * Whether the answer is no, whatever stands behind the path: then nobody needs to look.
   *
   * @param path canonical key, e.g. `public/team/avatar-2.jpg`
   */
  refusesUnseen(principal: Principal, path: string): boolean {
    for (const rule of this.rules) {
      if (!rule.matches(path)) continue;
      if (asksMembership(rule, principal) || admits(rule, principal, principal.id)) return false;
      if (rule.kind === undefined) return true;
    }
    return true;
  }

  /**
   * @param kind of the resource at this path; undefined: there is none, so only rules for every kind fit
   * @returns the rule that decides, if there is one
   */
  ruleFor(path: string, kind: string | undefined): CompiledRule | undefined {
    for (const rule of this.rules) {
      if ((rule.kind === undefined || rule.kind === kind) && rule.matches(path)) return rule;
    }
    return undefined;
  }
}

/** @returns whether being in the resource's collection would let this principal sign */
export function asksMembership(rule: CompiledRule, { anonymous }: Principal): boolean {
  return rule.member && !anonymous;
}

/**
 * Whether the rule admits somebody without asking for a collection: that takes the database.
 *
 * @param ownerId of the resource: whom it belongs to is decided by the catalog, never by what its path looks like
 * @returns whether the rule lets this principal sign
 */
export function admits(rule: CompiledRule, principal: Principal, ownerId: string): boolean {
  if (rule.anyone) return true;
  if (principal.anonymous) return false;
  if (rule.signedIn) return true;
  if (rule.owner && (principal.id === ownerId || principal.permissions.has('resource:view-all'))) return true;
  return (
    rule.roles.some((role) => principal.roles.includes(role)) ||
    rule.permissions.some((permission) => principal.permissions.has(permission))
  );
}

/**
 * @param minutes asked for; undefined takes the rule's default
 * @returns the lifetime, minutes
 * @throws Problem 400 `expiry-too-long`: asking for too much is an error, not a silent cut
 */
export function lifetimeOf(rule: PolicyRule, minutes: number | undefined): number {
  if (minutes !== undefined && minutes > rule.maxMinutes) throw expiryTooLong(rule);
  return minutes ?? rule.defaultMinutes;
}

function compileRule(rule: PolicyRule, index: number): CompiledRule {
  const admitted = admittedBy(rule);
  return {
    ...rule,
    number: index + 1,
    matches: compilePattern(rule.path),
    anyone: admitted.includes('anyone'),
    signedIn: admitted.includes('signed-in'),
    owner: admitted.includes('owner'),
    member: admitted.includes('member'),
    roles: admitted.flatMap((who) => (typeof who === 'object' && 'role' in who ? who.role : [])),
    permissions: admitted.flatMap((who) =>
      typeof who === 'object' && 'permission' in who ? [who.permission] : [],
    ),
  };
}
