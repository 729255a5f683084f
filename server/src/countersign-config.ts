import { z } from 'zod';
import { parsePublicKey, parseSigningKey } from './audit/signing-key.ts';
import { clamdAddress } from './hygiene/clamd.ts';
import { DEFAULT_UPLOAD_TYPES, UPLOAD_TYPE } from './hygiene/upload-types.ts';
import type { DatabaseAddresses } from './database-pools.ts';
import { isOrigin } from './identity/cross-site.ts';
import { COOKIE_DOMAIN, identityMistake, type IdentitySettings } from './identity/identity-settings.ts';
import { wrongLimit, type RateLimitSettings } from './identity/limit-table.ts';
import { roleSettings, type RoleSettings } from './identity/roles.ts';
import { siteOrigin } from './identity/site-origins.ts';
import type { TokenSubject } from './identity/tokens.ts';
import { MOST_HOPS, wrongProxy, type TrustedProxies } from './identity/trusted-proxies.ts';
import { API_PREFIX_RULE, apiPrefixPattern } from './platform/api-prefix.ts';
import type { S3Settings } from './platform/s3-settings.ts';
import { StartError } from './platform/start-error.ts';
import type { StorageLimits } from './resources/quota.store.ts';
import type { PolicyRule } from './signing/policy-rules.ts';

/** What `countersign()` takes. `config.ts` makes it from the environment; an app of one's own writes it down. */
export interface CountersignConfig extends IdentitySettings {
  /** `postgres://...`, PostgreSQL 15 or newer. Migrated at start. */
  databaseUrl: string;
  /** The database itself, when `databaseUrl` is that of a pooler. Default `databaseUrl`. */
  databaseDirectUrl?: string;
  /** With the user who owns the tables, when that of `databaseUrl` does not: for migrations, partitions and retention. Default `databaseDirectUrl`. */
  databaseMigrationUrl?: string;
  /** Folder for files and the audit spool; one process each. */
  dataDir: string;
  /** At least 32 characters of randomness: what every signature key is derived from. */
  masterSecret: string;
  /** Those before it, while keys that were made with them are needed. Default none. */
  masterSecretPrevious?: readonly string[];
  /** Domain of the cookies that a refreshed session gets. Default: the host that was called. */
  cookieDomain?: string | undefined;
  /** `SameSite` of those cookies. Default `lax`. */
  cookieSameSite?: 'lax' | 'strict' | 'none';
  /** Signs audit checkpoints: 32 random bytes in base64, or an Ed25519 private key in PEM. */
  auditSigningKey: string;
  /** Where signed audit checkpoints go: `stdout`, a folder, or `s3://bucket/prefix/` by the address and keys of `s3`. Default `checkpoints` in `dataDir`. */
  auditCheckpoints?: string | undefined;
  /** Public keys of earlier `auditSigningKey`s, PEM, whose lines in the checkpoints are believed. */
  auditPreviousKeys?: readonly string[];
  /** Public address of `/cdn` of this router, without a trailing slash. */
  deliveryUrl: string;
  /** Tenant of anonymous calls. Default `default`. */
  tenant?: string;
  /** Roles of your own, and more permissions for known ones: docs/permissions.md. Default the built-in roles. */
  roles?: RoleSettings;
  /** Origins that may call from a browser. Default none but the own. */
  corsOrigins?: readonly string[];
  /** Who may sign what, for how long: rules, or a JSON file that is taken anew when it changes. Default as in docs/signing-policy.md. */
  policy?: readonly PolicyRule[] | string;
  /** Origins of pages that may sign and show resources without signing in, e.g. `https://*.example.com`. Default all. */
  siteOrigins?: readonly string[];
  /** With `siteOrigins`: what becomes of a request that names no page. Default `allow`. */
  siteOriginAbsent?: 'allow' | 'refuse';
  /** Query parameters that delivery drops; a final `*` matches the rest. Default `utm_*`, `fbclid`, `gclid`. */
  ignoredParameters?: readonly string[];
  /** Where the API is mounted, under the mounted router. Default `/api`. */
  apiPrefix?: string;
  /** Changes to the limits of docs/limits.md by name, e.g. `{ sign: '300/min', api: 'off' }`. */
  rateLimits?: RateLimitSettings;
  /** `redis://...` or `rediss://...`: several servers count limits together. Default each by itself, in memory. */
  redisUrl?: string;
  /**
   * Proxies whose `X-Forwarded-For` is believed: addresses and CIDRs, or how many stand in front of this server.
   * Default none. The app around the router and its `trust proxy` have no say.
   */
  trustedProxies?: TrustedProxies;
  /** Bucket for the bytes of resources: docs/storage.md. Default files in `dataDir`. */
  s3?: S3Settings | undefined;
  /** Default 50 MiB. */
  maxUploadBytes?: number;
  /** How long a resumable upload is kept without a byte, hours, 1 to 720. Default 24. */
  tusUploadHours?: number;
  /** How many files one person sends to one server at the same time, 1 to 1000. Default 20. */
  uploadsAtOnce?: number;
  /** Most pixels of a picture; an animation may have ten times as many in all. Default 120 000 000. */
  maxImagePixels?: number;
  /** Media types that are taken, e.g. `application/pdf`, `image/*`; `*` is all. Default those of docs/hygiene.md. */
  uploadTypes?: readonly string[] | undefined;
  /** Older versions of a document that are kept when it is overwritten, 0 to 100. Default 5. */
  versionsKept?: number;
  /** How much an owner and a tenant may store; null: no limit. Default none: docs/limits.md. */
  quotas?: StorageLimits | undefined;
  /** Most collections made by one person who has no `collection:manage`, at least 1. Default 10 000. */
  userCollections?: number;
  /** Most collections of a tenant, at least 1. Default 100 000. */
  tenantCollections?: number;
  /** Most members of a collection, 1 to 100 000. Default 1000. */
  collectionMembers?: number;
  /** How many smaller pictures are made at once, 0 to 16; 0: none. Default 2. */
  derivativesAtOnce?: number;
  /** Virus scanner: clamd as `host`, `host:port` (3310) or the path of its socket. Default: nothing is scanned. */
  clamdHost?: string | undefined;
  /** With `clamdHost`: hours after which what is stored is looked at again, by new signatures; 0: never. Default 24. */
  rescanHours?: number;
  /** Age at which stored objects that no row knows are removed, once a day, hours; 0: never. Default 24. */
  sweepObjectsAfterHours?: number;
  /** How long a sign request waits for its audit row, milliseconds, 100 to 60 000. Default 2000. */
  auditDeadlineMs?: number;
  /** Size of the local audit spool at which delivery answers 503, bytes. Default 256 MiB. */
  auditSpoolMaxBytes?: number;
  /** Days for which audit rows are kept, at least 1. Default 90. */
  auditRetentionDays?: number;
  /** Delivery addresses of single gateways, e.g. `http://10.0.0.5:3000/cdn`: an erasure is tried at each, beside `deliveryUrl`. */
  gatewayAddresses?: readonly string[];
  /** Days after which no backup holds what was deleted, for erasure certificates. Default: nobody has said. */
  backupRetentionDays?: number | undefined;
  /** People anybody on this machine may sign in as. Only for demonstrations; default none. */
  samplePeople?: readonly TokenSubject[];
}

const PLAIN_PREFIX = /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;
const text = z.string().min(1);
const database = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' });
const room = z.int().min(0).nullable();
const schema = z.object({
  databaseUrl: database,
  databaseDirectUrl: database.optional(),
  databaseMigrationUrl: database.optional(),
  dataDir: text,
  masterSecret: z.string().min(32, 'must be at least 32 characters long'),
  masterSecretPrevious: z.array(z.string().min(32, 'must be at least 32 characters long')).default([]),
  jwtSecret: z.string().min(32, 'must be at least 32 characters long').optional(),
  oidcIssuer: text.optional(),
  oidcAudience: text.optional(),
  oidcClientId: text.optional(),
  oidcClientSecret: text.optional(),
  tenantClaim: text.optional(),
  rolesClaim: z.array(text).optional(),
  nameClaim: z.array(text).optional(),
  cookieDomain: text.regex(COOKIE_DOMAIN, 'must be a host name without a leading dot').optional(),
  cookieSameSite: z.enum(['lax', 'strict', 'none']).default('lax'),
  auditSigningKey: z
    .string()
    .refine(
      (value) => parseSigningKey(value) !== undefined,
      'must be 32 random bytes in base64, or an Ed25519 private key in PEM',
    ),
  auditCheckpoints: text.optional(),
  auditPreviousKeys: z
    .array(
      z
        .string()
        .refine((value) => parsePublicKey(value) !== undefined, 'each must be an Ed25519 public key in PEM'),
    )
    .default([]),
  deliveryUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
    .transform((value) => new URL(value))
    .refine(
      ({ username, password, search, hash }) => !username && !password && !search && !hash,
      'must have no user name, query or fragment',
    )
    .transform(({ origin, pathname }) => ({ origin, prefix: pathname.replace(/\/+$/, '') }))
    .refine(({ prefix }) => PLAIN_PREFIX.test(prefix), 'may only have plain segments in its path, e.g. /cdn')
    .transform(({ origin, prefix }) => origin + prefix),
  tenant: text.default('default'),
  roles: roleSettings.default({}),
  corsOrigins: z
    .array(text.refine(isOrigin, 'must be an origin such as https://app.example.com'))
    .default([]),
  policy: z.union([text, z.array(z.unknown())], 'must be rules or the name of a file').optional(),
  siteOrigins: z
    .array(
      text.transform((entry, context) => {
        const origin = siteOrigin(entry);
        if (origin !== undefined) return origin;
        context.addIssue('must be an origin, e.g. https://www.example.com or https://*.example.com');
        return z.NEVER;
      }),
    )
    .default([]),
  siteOriginAbsent: z.enum(['allow', 'refuse']).default('allow'),
  ignoredParameters: z.array(text).default(['utm_*', 'fbclid', 'gclid']),
  apiPrefix: z.string().regex(apiPrefixPattern, API_PREFIX_RULE).default('/api'),
  rateLimits: z
    .record(z.string(), z.unknown())
    .default({})
    .superRefine((settings, context) => {
      const message = wrongLimit(settings);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .transform((settings) => settings as RateLimitSettings),
  redisUrl: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' }).optional(),
  trustedProxies: z
    .union([
      z.int().min(0).max(MOST_HOPS),
      z.array(text).superRefine((items, context) => {
        const wrong = wrongProxy(items);
        if (wrong)
          context.addIssue({ code: 'custom', message: `"${wrong}" is neither an address nor a CIDR` });
      }),
    ])
    .default([]),
  s3: z
    .custom<S3Settings>(
      (value) => typeof (value as S3Settings | null)?.bucket === 'string',
      'must name a bucket',
    )
    .optional(),
  maxUploadBytes: z
    .int()
    .min(1)
    .default(50 * 1024 * 1024),
  tusUploadHours: z.int().min(1).max(720).default(24),
  uploadsAtOnce: z.int().min(1).max(1000).default(20),
  maxImagePixels: z.int().min(1).default(120_000_000),
  uploadTypes: z.array(text.regex(UPLOAD_TYPE, 'must be media types')).default([...DEFAULT_UPLOAD_TYPES]),
  versionsKept: z.int().min(0).max(100).default(5),
  quotas: z
    .strictObject({
      userBytes: room,
      userResources: room,
      tenantBytes: room,
      tenantResources: room,
    })
    .optional(),
  userCollections: z.int().min(1).default(10_000),
  tenantCollections: z.int().min(1).default(100_000),
  collectionMembers: z.int().min(1).max(100_000).default(1000),
  sweepObjectsAfterHours: z.number().int().min(0).max(87_600).default(24),
  derivativesAtOnce: z.int().min(0).max(16).default(2),
  clamdHost: text
    .refine((value) => clamdAddress(value) !== undefined, 'must be host, host:port or the path of a socket')
    .optional(),
  rescanHours: z.int().min(0).max(8760).default(24),
  auditDeadlineMs: z.int().min(100).max(60_000).default(2000),
  auditSpoolMaxBytes: z
    .int()
    .min(65536)
    .default(256 * 1024 * 1024),
  auditRetentionDays: z.int().min(1).max(36_500).default(90),
  gatewayAddresses: z
    .array(
      z
        .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
        .transform((address) => address.replace(/\/+$/, '')),
    )
    .default([]),
  backupRetentionDays: z.int().min(0).max(36_500).optional(),
  samplePeople: z.array(z.custom<TokenSubject>()).default([]),
});

/** A configuration with every default filled in. */
export type CheckedConfig = z.output<typeof schema> & DatabaseAddresses;

/** @throws StartError that names the first setting that is not valid */
export function checkedConfig(config: CountersignConfig): CheckedConfig {
  const result = schema.safeParse(config);
  if (result.success) {
    const mistake = identityMistakeOf(config);
    if (mistake) throw new StartError(`countersign({ ... }): ${mistake}`);
    return { ...result.data, ...addresses(result.data) };
  }
  const issue = result.error.issues[0];
  throw new StartError(
    `countersign({ ${issue?.path.join('.') ?? ''} }): ${issue?.message ?? 'is not valid'}`,
  );
}

function addresses({
  databaseUrl,
  databaseDirectUrl = databaseUrl,
  databaseMigrationUrl = databaseDirectUrl,
}: z.output<typeof schema>): DatabaseAddresses {
  return { databaseUrl, databaseDirectUrl, databaseMigrationUrl };
}

function identityMistakeOf(config: IdentitySettings & { tenant?: string }): string | undefined {
  const { jwtSecret, oidcIssuer, tenantClaim, tenant } = config;
  if (jwtSecret === undefined && oidcIssuer === undefined) {
    return 'jwtSecret or oidcIssuer must be set: it must be known who says who somebody is.';
  }
  if (oidcIssuer !== undefined && tenantClaim === undefined && tenant === undefined) {
    return 'tenantClaim must be set when oidcIssuer is, or tenant when everybody belongs to one tenant.';
  }
  return identityMistake(config, (name) => name);
}
