import { z } from 'zod';
import { isOrigin } from './identity/cross-site.ts';
import { COOKIE_DOMAIN, identityMistake, type IdentitySettings } from './identity/identity-settings.ts';
import { siteOrigin } from './identity/site-origins.ts';
import { settingsOf } from './identity/limit-table.ts';
import { trustedProxiesOf, wrongProxy } from './identity/trusted-proxies.ts';
import { API_PREFIX_RULE, apiPrefixPattern } from './platform/api-prefix.ts';
import { secretText, secretTexts } from './platform/secret-text.ts';
import { StartError } from './platform/start-error.ts';
import { s3Environment, s3Of } from './s3-environment.ts';
import { auditEnvironment } from './audit-environment.ts';
import { quotaEnvironment } from './quota-environment.ts';
import { uploadEnvironment } from './upload-environment.ts';

const list = z.string().transform((value) => value.split(',').flatMap((item) => item.trim() || []));

const origin = z.string().refine(isOrigin, {
  error: ({ input }) => `${String(input)} is not an origin such as https://app.example.com`,
});

const PORT_RANGE = 'must be a whole number from 0 to 65535 (--port)';

const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' });
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' });
/** Every environment variable the server reads, with its default and what it is for. docs/configuration.md is checked against it. */
export const environment = z.object({
  PORT: z.coerce
    .number(PORT_RANGE)
    .int(PORT_RANGE)
    .min(0, PORT_RANGE)
    .max(65535, PORT_RANGE)
    .default(3000)
    .describe('Port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('data')
    .describe(
      'Folder for what the server keeps itself: files, audit spool, generated secrets, local database.',
    ),
  DATABASE_URL: databaseUrl
    .optional()
    .describe('PostgreSQL 15 or newer. Not set: a local one is started inside DATA_DIR (embedded mode).'),
  DATABASE_DIRECT_URL: databaseUrl
    .optional()
    .describe('The database itself, when DATABASE_URL is that of a pooler. Default: DATABASE_URL.'),
  DATABASE_MIGRATION_URL: databaseUrl
    .optional()
    .describe(
      'The same database as the user who owns its tables, for migrations, partitions and retention. Default: DATABASE_DIRECT_URL.',
    ),
  MASTER_SECRET: secretText
    .optional()
    .describe(
      'What all signature keys are derived from. Generated into DATA_DIR in embedded mode, required otherwise.',
    ),
  MASTER_SECRET_PREVIOUS: secretTexts
    .optional()
    .describe(
      'The MASTER_SECRET before, while keys that were made with it are needed ([rotation](revocation.md#a-new-master-secret)); several are separated by commas.',
    ),
  JWT_SECRET: secretText
    .optional()
    .describe(
      'Verifies tokens (HS256). Not set: OIDC_ISSUER does it; without that, embedded mode generates one into DATA_DIR.',
    ),
  OIDC_ISSUER: z
    .string()
    .optional()
    .describe(
      'OIDC issuer, e.g. a Keycloak realm, whose access tokens are taken. Exactly as in the claim iss.',
    ),
  OIDC_AUDIENCE: z
    .string()
    .optional()
    .describe('What the claim aud must be or hold. Required when OIDC_ISSUER is set.'),
  OIDC_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      'Client at OIDC_ISSUER by which the cookie refresh_token is exchanged. Not set: it is ignored.',
    ),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Secret of OIDC_CLIENT_ID.'),
  TENANT_CLAIM: z
    .string()
    .optional()
    .describe(
      'Claim that names the tenant. Not set: tenant with JWT_SECRET; with OIDC_ISSUER everybody belongs to TENANT.',
    ),
  ROLES_CLAIM: list
    .default(['realm_access.roles', 'resource_access.{audience}.roles', 'roles'])
    .describe('Claims that list roles, separated by commas; `{audience}` is OIDC_AUDIENCE.'),
  NAME_CLAIM: list
    .default(['name', 'preferred_username'])
    .describe(
      'Claims that may hold the name that is shown, separated by commas; the first that does counts.',
    ),
  COOKIE_DOMAIN: z
    .string()
    .regex(COOKIE_DOMAIN, 'must be a host name without a leading dot, e.g. example.com')
    .optional()
    .describe('Domain of the cookies that a refreshed session gets. Not set: the host that was called.'),
  COOKIE_SAME_SITE: z
    .enum(['lax', 'strict', 'none'])
    .default('lax')
    .describe('SameSite of those cookies; none only when the app is on another site than the API.'),
  DELIVERY_URL: url
    .optional()
    .describe('Public address of delivery, in every signed URL. Default: /cdn of the address listened on.'),
  API_PREFIX: z
    .string()
    .regex(apiPrefixPattern, API_PREFIX_RULE)
    .default('/api')
    .describe('Where the API is served: /api/resources becomes {API_PREFIX}/resources.'),
  TENANT: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9 and -')
    .default('default')
    .describe(
      'Tenant of calls without a token, and without TENANT_CLAIM of everybody. Embedded mode has one tenant, `default`.',
    ),
  ROLES_FILE: z
    .string()
    .optional()
    .describe('JSON file with roles of your own and more permissions for known ones (docs/permissions.md).'),
  CORS_ORIGINS: list
    .pipe(z.array(origin))
    .default([])
    .describe('Origins that may call the API, with cookies too, and read deliveries, separated by commas.'),
  POLICY_FILE: z
    .string()
    .optional()
    .describe('JSON file with the signing policy, taken anew when it changes. Not set: the default policy.'),
  SITE_ORIGINS: list
    .refine((entries) => entries.every((entry) => siteOrigin(entry) !== undefined), {
      message: 'must be origins, e.g. https://www.example.com or https://*.example.com',
    })
    .default([])
    .describe('Origins of pages that may use resources without signing in, separated by commas. Empty: all.'),
  SITE_ORIGIN_ABSENT: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe('With SITE_ORIGINS: what becomes of a request that names no page.'),
  IGNORED_PARAMETERS: list
    .default(['utm_*', 'fbclid', 'gclid'])
    .describe('Query parameters that delivery drops instead of refusing, separated by commas.'),
  RATE_LIMITS: list
    .transform((items, context) => {
      const settings = settingsOf(items);
      if (typeof settings !== 'string') return settings;
      context.addIssue({ code: 'custom', message: settings });
      return z.NEVER;
    })
    .optional()
    .describe(
      'Changes to the [limits](limits.md), e.g. `sign=300/min,api=off`, separated by commas; the others keep their default.',
    ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' })
    .optional()
    .describe(
      'Redis in which several servers count limits together. Not set: each counts by itself, in memory.',
    ),
  TRUSTED_PROXIES: list
    .transform((items, context) => {
      const proxies = trustedProxiesOf(items);
      if (proxies !== undefined) return proxies;
      const message = `"${wrongProxy(items) ?? ''}" is neither an address nor a CIDR; a number of proxies stands alone`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .default([])
    .describe(
      'Proxies whose X-Forwarded-For is believed: addresses and CIDRs separated by commas, or how many are in a row.',
    ),
  ...s3Environment,
  ...uploadEnvironment,
  ...quotaEnvironment,
  ...auditEnvironment,
  COUNTERSIGN_POSTGRES_BIN: z
    .string()
    .optional()
    .describe('Folder of PostgreSQL programs for the embedded mode. Not set: the newest that is installed.'),
  GATEWAY_ADDRESSES: list
    .pipe(z.array(url))
    .default([])
    .describe('Delivery addresses of single gateways, separated by commas: erasures are tried at each.'),
  BACKUP_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Days after which no backup holds what was deleted, for erasure certificates.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log lines to write.'),
});

export type Environment = z.output<typeof environment>;

/**
 * @param variables e.g. `process.env`; an empty value counts as not set
 * @throws StartError that names the first variable that is not valid, or missing beside another
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = environment.safeParse(set);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new StartError(
      `${issue?.path.join('.') ?? 'The environment'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const config = result.data;
  const mistake = identityMistake(identityOf(config), (name) => ENVIRONMENT_NAMES[name]);
  if (mistake) throw new StartError(mistake);
  s3Of(config);
  for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_MIGRATION_URL'] as const) {
    if (!config[name] || config.DATABASE_URL) continue;
    throw new StartError(`${name} is set without DATABASE_URL: set that too, or neither for embedded mode.`);
  }
  if (config.DATABASE_URL === undefined) return config;
  if (!config.MASTER_SECRET) throw mustBeSet('MASTER_SECRET');
  if (!config.JWT_SECRET && !config.OIDC_ISSUER) {
    throw new StartError(
      'JWT_SECRET or OIDC_ISSUER must be set when DATABASE_URL is: it must be known who says who somebody is.',
    );
  }
  if (config.OIDC_ISSUER && !config.TENANT_CLAIM && set['TENANT'] === undefined) {
    throw new StartError(
      'TENANT_CLAIM must be set when OIDC_ISSUER is, or TENANT when everybody belongs to one tenant.',
    );
  }
  if (!config.AUDIT_SIGNING_KEY) throw mustBeSet('AUDIT_SIGNING_KEY');
  return config;
}

const mustBeSet = (name: string): StartError =>
  new StartError(`${name} must be set when DATABASE_URL is: secrets are generated in embedded mode only.`);

const ENVIRONMENT_NAMES = {
  jwtSecret: 'JWT_SECRET',
  oidcIssuer: 'OIDC_ISSUER',
  oidcAudience: 'OIDC_AUDIENCE',
  oidcClientId: 'OIDC_CLIENT_ID',
  oidcClientSecret: 'OIDC_CLIENT_SECRET',
  tenantClaim: 'TENANT_CLAIM',
  rolesClaim: 'ROLES_CLAIM',
  nameClaim: 'NAME_CLAIM',
} as const satisfies Record<keyof IdentitySettings, keyof Environment>;

/** @returns the settings of who calls, in the names of CountersignConfig */
export function identityOf(variables: Environment): IdentitySettings {
  return Object.fromEntries(
    Object.entries(ENVIRONMENT_NAMES).map(([name, variable]) => [name, variables[variable]]),
  );
}
