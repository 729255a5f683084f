import { z } from 'zod';
import { permissionNames, type Permission } from '../identity/permissions.ts';
import { resourceKinds, type ResourceKind } from '../resources/resource.ts';
import { covers, patternFault } from './path-pattern.ts';

/**
 * Whom a rule admits: everybody, also without signing in; whoever is signed in; the owner of the resource and those with
 * `resource:view-all`; whoever is in the collection that the resource is in; whoever has one of these roles in the token; whoever has this permission.
 */
export type Who =
  | 'anyone'
  | 'signed-in'
  | 'owner'
  | 'member'
  | { readonly role: readonly string[] }
  | { readonly permission: Permission };

/** One line of the signing policy: data, not code. The first rule that fits path and kind decides. */
export interface PolicyRule {
  /** `*` or `{name}` is any one segment, `**` at the end the rest: `users/{ownerId}/**`. */
  readonly path: string;
  /** Only resources of this kind; undefined: of any. */
  readonly kind?: ResourceKind | undefined;
  /** One, or several of which any suffices. */
  readonly who: Who | readonly Who[];
  /** Lifetime when the request names none, whole minutes, 1 to 10 080 (seven days). */
  readonly defaultMinutes: number;
  /** Longest lifetime that may be asked for, whole minutes, `defaultMinutes` to 10 080. */
  readonly maxMinutes: number;
  /** Why this rule is there, for whoever reads the file or an explanation; at most 200 characters. */
  readonly note?: string | undefined;
}

/** Specification 001: 60 minutes for public images, 15 for documents, 5 for temporary shares. */
export const defaultPolicy: readonly PolicyRule[] = [
  { path: 'public/**', who: 'anyone', defaultMinutes: 60, maxMinutes: 60 },
  { path: 'users/{ownerId}/**', who: 'owner', defaultMinutes: 15, maxMinutes: 15 },
  { path: 'collections/{collectionId}/**', who: ['owner', 'member'], defaultMinutes: 15, maxMinutes: 15 },
  { path: 'shared/**', who: 'signed-in', defaultMinutes: 5, maxMinutes: 5 },
];

const MOST_RULES = 200;
/** The longest that delivery accepts (`docs/signed-url.md`). */
const MOST_MINUTES = 10_080;
const WHO =
  'must be "anyone", "signed-in", "owner", "member", {"role": ["..."]}, {"permission": "..."} or a list of these';

const kinds = Object.keys(resourceKinds) as ResourceKind[];
const minutesError = `must be whole minutes from 1 to ${MOST_MINUTES}`;
const minutes = z.int(minutesError).min(1, minutesError).max(MOST_MINUTES, minutesError);
const one = z.union(
  [
    z.enum(['anyone', 'signed-in', 'owner', 'member']),
    z.strictObject({ role: z.array(z.string().min(1).max(64)).min(1, 'must name at least one role') }),
    z.strictObject({ permission: z.enum(permissionNames) }),
  ],
  { error: WHO },
);

const rule = z
  .strictObject({
    path: z.string('must be a path pattern, e.g. public/**').superRefine((pattern, context) => {
      const fault = patternFault(pattern);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    }),
    kind: z.enum(kinds, `must be one of ${kinds.join(', ')}`).optional(),
    who: z.union([one, z.array(one).min(1, WHO)], { error: WHO }),
    defaultMinutes: minutes,
    maxMinutes: minutes,
    note: z.string().max(200).optional(),
  })
  .refine(({ defaultMinutes, maxMinutes }) => defaultMinutes <= maxMinutes, {
    path: ['maxMinutes'],
    message: 'must not be less than defaultMinutes',
  });

const ruleList = z
  .array(rule, 'must be a list of rules')
  .min(1, 'must hold at least one rule: without any, nothing can be signed')
  .max(MOST_RULES, `must hold at most ${MOST_RULES} rules`)
  .superRefine((rules, context) => {
    for (const [later, narrow] of rules.entries()) {
      const earlier = rules.slice(0, later).findIndex((broad) => shadows(broad, narrow));
      if (earlier < 0) continue;
      context.addIssue({
        code: 'custom',
        path: [later, 'path'],
        message: `${narrow.path} is never reached: rule ${earlier + 1} (${rules[earlier]?.path}) comes first and fits every such path`,
      });
    }
  });

const policyFile = z.strictObject({ rules: ruleList }, 'must be {"rules": [...]}');

/** Rules, or one sentence that says which rule and field is wrong, and how. */
export type ReadRules = { readonly rules: readonly PolicyRule[] } | { readonly fault: string };

/** @param rules what should be a list of rules */
export function readRules(rules: unknown): ReadRules {
  const result = ruleList.safeParse(rules);
  return result.success ? { rules: result.data } : { fault: faultOf(result.error) };
}

/** @param text what should be the JSON `{"rules": [...]}` */
export function readPolicyFile(text: string): ReadRules {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return { fault: `is not JSON: ${(error as Error).message}` };
  }
  const result = policyFile.safeParse(json);
  return result.success ? { rules: result.data.rules } : { fault: faultOf(result.error) };
}

/** A rule as a sentence has it, e.g. `users/{ownerId}/** for owner, 15 minutes, at most 15`. */
export function ruleText({ path, kind, who, defaultMinutes, maxMinutes }: PolicyRule): string {
  const admitted = admittedBy({ who }).map(whoText).join(' or ');
  return `${path}${kind ? ` of kind ${kind}` : ''} for ${admitted}, ${defaultMinutes} minutes, at most ${maxMinutes}`;
}

/** Each of whom a rule admits. */
export function admittedBy({ who }: Pick<PolicyRule, 'who'>): readonly Who[] {
  return isList(who) ? who : [who];
}

function whoText(who: Who): string {
  if (typeof who === 'string') return who;
  return 'role' in who ? `role ${who.role.join(' or ')}` : `permission ${who.permission}`;
}

const isList = (who: PolicyRule['who']): who is readonly Who[] => Array.isArray(who);

function shadows(broad: PolicyRule, narrow: PolicyRule): boolean {
  const everyKind = broad.kind === undefined || broad.kind === narrow.kind;
  return everyKind && covers(broad.path, narrow.path);
}

function faultOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const path = issue?.path.filter((part) => part !== 'rules') ?? [];
  const [number, field, ...deeper] = path;
  const message = issue?.message ?? 'is not valid';
  if (typeof number !== 'number') return `rules: ${message}`;
  const place = [field, ...deeper].filter((part) => part !== undefined).join('.');
  return `rule ${number + 1}${place ? `, ${place}` : ''}: ${message}`;
}
