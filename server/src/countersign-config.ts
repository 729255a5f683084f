import { z } from 'zod';
import { parseSigningKey } from './audit/signing-key.ts';
import type { TokenSubject } from './identity/tokens.ts';
import { StartError } from './platform/start-error.ts';

/** What `countersign()` takes. `config.ts` makes it from the environment; an app of one's own writes it down. */
export interface CountersignConfig {
  /** `postgres://...`, PostgreSQL 15 or newer. Migrated at start. */
  databaseUrl: string;
  /** Folder for files and the audit spool; one process each. */
  dataDir: string;
  /** At least 32 characters of randomness: what every signature key is derived from. */
  masterSecret: string;
  /** At least 32 characters: verifies bearer tokens (HS256). */
  jwtSecret: string;
  /** Signs audit checkpoints: 32 random bytes in base64, or an Ed25519 private key in PEM. */
  auditSigningKey: string;
  /** Where signed audit checkpoints go: `stdout`, or a folder. Default `checkpoints` in `dataDir`. */
  auditCheckpoints?: string | undefined;
  /** Public address of `/cdn` of this router, without a trailing slash. */
  deliveryUrl: string;
  /** Tenant of anonymous calls. Default `default`. */
  tenant?: string;
  /** Origins that may call from a browser. Default none but the own. */
  corsOrigins?: readonly string[];
  /** Query parameters that delivery drops; a final `*` matches the rest. Default `utm_*`, `fbclid`, `gclid`. */
  ignoredParameters?: readonly string[];
  /** Default 50 MiB. */
  maxUploadBytes?: number;
  /** How long a sign request waits for its audit row, milliseconds. Default 2000. */
  auditDeadlineMs?: number;
  /** Size of the local audit spool at which delivery answers 503, bytes. Default 256 MiB. */
  auditSpoolMaxBytes?: number;
  /** Days for which audit rows are kept, at least 1. Default 90. */
  auditRetentionDays?: number;
  /** People anybody on this machine may sign in as. Only for demonstrations; default none. */
  samplePeople?: readonly TokenSubject[];
}

const PLAIN_PREFIX = /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;
const text = z.string().min(1);
const schema = z.object({
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }),
  dataDir: text,
  masterSecret: z.string().min(32, 'must be at least 32 characters long'),
  jwtSecret: z.string().min(32, 'must be at least 32 characters long'),
  auditSigningKey: z
    .string()
    .refine(
      (value) => parseSigningKey(value) !== undefined,
      'must be 32 random bytes in base64, or an Ed25519 private key in PEM',
    ),
  auditCheckpoints: text.optional(),
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
  corsOrigins: z.array(text).default([]),
  ignoredParameters: z.array(text).default(['utm_*', 'fbclid', 'gclid']),
  maxUploadBytes: z
    .int()
    .min(1)
    .default(50 * 1024 * 1024),
  auditDeadlineMs: z.int().min(100).default(2000),
  auditSpoolMaxBytes: z
    .int()
    .min(65536)
    .default(256 * 1024 * 1024),
  auditRetentionDays: z.int().min(1).max(36_500).default(90),
  samplePeople: z.array(z.custom<TokenSubject>()).default([]),
});

/** A configuration with every default filled in. */
export type CheckedConfig = z.output<typeof schema>;

/** @throws StartError that names the first setting that is not valid */
export function checkedConfig(config: CountersignConfig): CheckedConfig {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new StartError(
    `countersign({ ${issue?.path.join('.') ?? ''} }): ${issue?.message ?? 'is not valid'}`,
  );
}
