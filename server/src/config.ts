import { z } from 'zod';
import { parseSigningKey } from './audit/signing-key.ts';
import { StartError } from './platform/start-error.ts';

const list = z
  .string()
  .transform((value) => value.split(',').map((item) => item.trim()))
  .transform((items) => items.filter((item) => item !== ''));

const PORT_RANGE = 'must be a whole number from 0 to 65535 (--port)';

const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' });
const secret = z
  .string()
  .min(32, 'must be at least 32 characters long')
  .refine((value) => new Set(value).size >= 10, 'is too weak: use the output of `openssl rand -base64 32`');

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
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' })
    .optional()
    .describe('PostgreSQL 15 or newer. Not set: a local one is started inside DATA_DIR (embedded mode).'),
  MASTER_SECRET: secret
    .optional()
    .describe(
      'What all signature keys are derived from. Generated into DATA_DIR in embedded mode, required otherwise.',
    ),
  JWT_SECRET: secret
    .optional()
    .describe(
      'Verifies bearer tokens (HS256). Generated into DATA_DIR in embedded mode, required otherwise.',
    ),
  DELIVERY_URL: url
    .optional()
    .describe('Public address of delivery, in every signed URL. Default: /cdn of the address listened on.'),
  TENANT: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9 and -')
    .default('default')
    .describe('Tenant of calls without a token. Embedded mode has one tenant, `default`.'),
  CORS_ORIGINS: list
    .default([])
    .describe('Origins that may call the API and read deliveries, separated by commas.'),
  IGNORED_PARAMETERS: list
    .default(['utm_*', 'fbclid', 'gclid'])
    .describe('Query parameters that delivery drops instead of refusing, separated by commas.'),
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50 * 1024 * 1024)
    .describe('Largest upload, bytes.'),
  AUDIT_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(2000)
    .describe('How long a sign request waits for its audit row before it answers 503, milliseconds.'),
  AUDIT_SPOOL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(65536)
    .default(256 * 1024 * 1024)
    .describe('Size of the local audit spool at which delivery answers 503, bytes.'),
  AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(90)
    .describe('Days for which audit rows are kept; less than 90 is a warning at start.'),
  AUDIT_CHECKPOINTS: z
    .string()
    .optional()
    .describe(
      'Where signed audit checkpoints go: `stdout`, or a folder. Default: `checkpoints` in DATA_DIR. Best where the database’s owner cannot write.',
    ),
  AUDIT_SIGNING_KEY: z
    .string()
    .refine(
      (value) => parseSigningKey(value) !== undefined,
      'must be the output of `openssl rand -base64 32`, or an Ed25519 private key in PEM',
    )
    .optional()
    .describe(
      'Signs audit checkpoints: 32 random bytes in base64, or an Ed25519 key in PEM. Generated into DATA_DIR in embedded mode, required otherwise.',
    ),
  COUNTERSIGN_POSTGRES_BIN: z
    .string()
    .optional()
    .describe('Folder of PostgreSQL programs for the embedded mode. Not set: the newest that is installed.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log lines to write.'),
});

export type Environment = z.output<typeof environment>;

/**
 * @param variables e.g. `process.env`; an empty value counts as not set
 * @throws StartError that names the first variable that is not valid, or missing beside DATABASE_URL
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
  if (config.DATABASE_URL) {
    for (const name of ['MASTER_SECRET', 'JWT_SECRET', 'AUDIT_SIGNING_KEY'] as const) {
      if (!config[name]) {
        throw new StartError(
          `${name} must be set when DATABASE_URL is: secrets are generated in embedded mode only.`,
        );
      }
    }
  }
  return config;
}
