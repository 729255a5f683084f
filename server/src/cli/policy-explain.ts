import { randomBytes } from 'node:crypto';
import { environment } from '../config.ts';
import { anonymousPrincipal, type Principal } from '../identity/principal.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { Memberships } from '../collections/memberships.ts';
import { Catalog } from '../resources/catalog.ts';
import { PolicyExplainer, type Explanation } from '../signing/explain.ts';
import { openPolicy } from '../signing/open-policy.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { cannotRun, EXIT, usage } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { asJson } from './owner-actions.ts';
import { permissionsFor } from './role-permissions.ts';
import type { Terminal } from './terminal.ts';

const names = { POLICY_FILE: true, SITE_ORIGINS: true } as const;

/** `countersign policy explain` */
export const policyExplain = defineCommand({
  name: 'policy explain',
  says: 'Say which rule decides whether somebody may sign a path, and why',
  details: `Exit code 0 when signing would answer with a URL, 1 when it would refuse. It reads POLICY_FILE as it is
now: when that cannot be used, servers go on with the rules before it, and this command says what is wrong.`,
  argument: { name: 'PATH', says: 'canonical key, e.g. public/team/ada.png' },
  options: {
    as: { type: 'string', value: 'ID', says: 'who would sign (default: somebody who owns nothing)' },
    roles: { type: 'string', value: 'A,B', says: 'roles, as a token would name them, separated by commas' },
    anonymous: { type: 'boolean', says: 'somebody who is not signed in' },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal }) => {
    const { as, roles, anonymous } = options;
    if (anonymous && (as !== undefined || roles !== undefined)) {
      throw usage('--anonymous goes with neither --as nor --roles.');
    }
    if (!anonymous && as === undefined && roles === undefined) {
      throw usage('policy explain needs --as ID, --roles A,B or --anonymous.');
    }
    return withDatabase(options, async ({ pools, tenantId, log }) => {
      const { POLICY_FILE, SITE_ORIGINS } = policySettings();
      const policy = await openPolicy(POLICY_FILE, log);
      try {
        // Whether a key lives can be told without the master secret; what it derives is used for nothing.
        const keys = new KeyRing(pools.holder, { of: () => randomBytes(32) });
        const options = {
          keys,
          catalog: new Catalog(pools.holder),
          memberships: new Memberships(pools.holder),
          policy,
          restrictsSites: SITE_ORIGINS.length > 0,
        };
        const principal = anonymous
          ? anonymousPrincipal(tenantId)
          : await somebody(tenantId, as ?? '', roles);
        const explanation = await new PolicyExplainer(options).explain(argument, principal);
        await terminal.write(json ? asJson(explanation) : toText(explanation, terminal));
        return explanation.allowed ? EXIT.done : EXIT.no;
      } finally {
        policy.close();
      }
    });
  },
});

function policySettings() {
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const result = environment.pick(names).safeParse(set);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw cannotRun(`${issue?.path[0]?.toString() ?? 'The environment'}: ${issue?.message ?? 'is not valid'}`);
}

async function somebody(tenantId: string, id: string, text = ''): Promise<Principal> {
  const roles = text
    .split(',')
    .map((role) => role.trim())
    .filter(Boolean);
  const permissions = await permissionsFor(roles);
  return { tenantId, id, name: id, anonymous: false, kind: 'user', roles, permissions };
}

function toText(explanation: Explanation, terminal: Terminal): string {
  const { path, as, allowed, code, rule, defaultMinutes, maxMinutes, steps, policy } = explanation;
  const who = as.anonymous ? 'anonymous' : as.id || 'somebody who owns nothing';
  const answer = allowed
    ? `${terminal.paint('green', 'allowed')}: ${who} may sign ${path}, for ${defaultMinutes} minutes, at most ${maxMinutes}`
    : `${terminal.paint('red', 'refused')} (${code}): ${who} may not sign ${path}`;
  const decided = rule
    ? `decided by rule ${rule.number} of ${policy.rules}: ${rule.text}${rule.note ? ` (${rule.note})` : ''}`
    : `decided by none of ${policy.rules} rules`;
  const lines = steps.map((step) => `  ${step.rule === undefined ? '' : `rule ${step.rule}: `}${step.text}`);
  const [first = '', ...others] = [answer, `${decided}; policy: ${policy.source}`, ...lines];
  return [first, ...others.map(printable)].map((line) => `${line}\n`).join('');
}
