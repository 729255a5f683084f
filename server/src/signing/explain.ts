import type { Memberships } from '../collections/memberships.ts';
import type { Principal } from '../identity/principal.ts';
import { derivedPath } from '../derivatives/derivative-name.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Catalog } from '../resources/catalog.ts';
import { admits, asksMembership, type CompiledRule, type SigningPolicy } from './policy.ts';
import type { PolicySource } from './policy-source.ts';
import { ruleText } from './policy-rules.ts';
import { assertCanonical } from './signer.ts';

/** One thing that was looked at, in the order in which signing looks. */
export interface ExplainedStep {
  /** The rule it is about. */
  readonly rule?: number;
  readonly text: string;
}

/** What signing would answer, and why. */
export interface Explanation {
  readonly path: string;
  readonly as: { readonly id: string; readonly roles: readonly string[]; readonly anonymous: boolean };
  readonly allowed: boolean;
  /** The code with which signing refuses. */
  readonly code?: 'not-allowed' | 'owner-revoked';
  /** The rule that decides; null: none speaks of this path. */
  readonly rule: { readonly number: number; readonly text: string; readonly note?: string } | null;
  /** Lifetimes by that rule, when it is allowed. */
  readonly defaultMinutes?: number;
  readonly maxMinutes?: number;
  readonly steps: readonly ExplainedStep[];
  readonly policy: {
    readonly source: 'default' | 'configuration' | 'file';
    /** ISO time from which these rules have decided. */
    readonly since: string;
    readonly rules: number;
    /** The file cannot be used as it is now, and the rules before it go on deciding. */
    readonly broken?: { readonly since: string; readonly fault: string };
  };
}

/** What an explanation looks at: the same that signing does. */
export interface ExplainerOptions {
  keys: KeyRing;
  catalog: Catalog;
  memberships: Pick<Memberships, 'isIn'>;
  policy: PolicySource;
  /** Whether anonymous calls of foreign pages are refused. */
  restrictsSites: boolean;
}

/**
 * Says what signing a path would answer to somebody, without signing it. For those who may know what exists: it tells.
 */
export class PolicyExplainer {
  readonly #options: ExplainerOptions;

  constructor(options: ExplainerOptions) {
    this.#options = options;
  }

  /**
   * @param asked canonical key, also that of a smaller picture
   * @param principal who would ask; of the tenant whose resources are meant
   * @throws Problem 400 invalid-path, as signing does
   */
  async explain(asked: string, principal: Principal): Promise<Explanation> {
    assertCanonical(asked);
    const path = derivedPath(asked)?.of ?? asked;
    const { keys, catalog, memberships, policy, restrictsSites } = this.#options;
    const { current, state } = policy;
    const { tenantId, id, roles, anonymous } = principal;
    const resource = await catalog.find(tenantId, path);
    const steps: ExplainedStep[] = [];
    if (path !== asked) steps.push({ text: 'a smaller picture has the right of its original' });
    if (anonymous && restrictsSites) {
      steps.push({
        text: 'anonymous calls are answered for pages of SITE_ORIGINS only; others are refused as hotlink',
      });
    }
    const rule = current.ruleFor(path, resource?.kind);
    steps.push(...skippedSteps(current, path, rule, resource?.kind));
    const explain = (refusal?: Explanation['code']): Explanation => ({
      path,
      as: { id, roles, anonymous },
      allowed: refusal === undefined,
      ...(refusal ? { code: refusal } : {}),
      rule: rule
        ? {
            number: rule.number,
            text: ruleText(rule),
            ...(rule.note === undefined ? {} : { note: rule.note }),
          }
        : null,
      ...(rule && !refusal ? { defaultMinutes: rule.defaultMinutes, maxMinutes: rule.maxMinutes } : {}),
      steps,
      policy: {
        source: state.source,
        since: state.since.toISOString(),
        rules: current.rules.length,
        ...(state.broken
          ? { broken: { since: state.broken.since.toISOString(), fault: state.broken.fault } }
          : {}),
      },
    });

    if (!rule) {
      steps.push({ text: 'no rule speaks of this path, so nobody may sign it' });
      return explain('not-allowed');
    }
    steps.push({ rule: rule.number, text: 'the first rule that fits the path and the kind: it decides' });
    let isMember = false;
    if (!resource) steps.push({ text: 'there is no resource at this path' });
    else {
      isMember =
        asksMembership(rule, principal) && (await memberships.isIn(principal, resource.collectionId));
      steps.push({
        text: `the resource is a ${resource.kind} of ${resource.ownerId} and is ${resource.state}`,
      });
      steps.push({ rule: rule.number, text: admissionText(rule, principal, resource.ownerId, isMember) });
    }
    if (resource?.state !== 'completed' || !(isMember || admits(rule, principal, resource.ownerId))) {
      return explain('not-allowed');
    }
    const isLive = (await keys.activeOf(tenantId, resource.ownerId)) !== undefined;
    steps.push({ text: `the key of ${resource.ownerId} is ${isLive ? 'live' : 'revoked'}` });
    return explain(isLive ? undefined : 'owner-revoked');
  }
}

/** Why each rule before the one that decides does not. */
function skippedSteps(
  { rules }: SigningPolicy,
  path: string,
  decides: CompiledRule | undefined,
  kind: string | undefined,
): ExplainedStep[] {
  return rules.slice(0, decides ? decides.number - 1 : undefined).map((rule) => ({
    rule: rule.number,
    text: rule.matches(path)
      ? `skipped: it is for ${rule.kind}, and here is ${kind === undefined ? 'nothing' : `a ${kind}`}`
      : `skipped: the path does not fit ${rule.path}`,
  }));
}

function admissionText(rule: CompiledRule, principal: Principal, ownerId: string, isMember: boolean): string {
  const { id, anonymous, roles, permissions } = principal;
  const who = anonymous ? 'anonymous' : id || 'somebody who owns nothing';
  if (rule.anyone) return 'it admits anyone';
  if (anonymous) return 'it admits nobody who is not signed in';
  if (rule.signedIn) return `it admits whoever is signed in, as ${who} is`;
  if (rule.owner && id === ownerId) return `it admits the owner, and ${who} owns the resource`;
  if (rule.owner && permissions.has('resource:view-all'))
    return `it admits those with resource:view-all, and ${who} has it`;
  if (isMember) return `it admits whoever is in the collection, as ${who} is`;
  const role = rule.roles.find((name) => roles.includes(name));
  if (role !== undefined) return `it admits the role ${role}, and ${who} has it`;
  const permission = rule.permissions.find((name) => permissions.has(name));
  if (permission !== undefined) return `it admits those with ${permission}, and ${who} has it`;
  return `it does not admit ${who}`;
}
