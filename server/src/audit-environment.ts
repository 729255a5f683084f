import { z } from 'zod';
import { parsePublicKey, parseSigningKey } from './audit/signing-key.ts';

const list = z.string().transform((value) => value.split(',').flatMap((item) => item.trim() || []));

/** Between two keys in PEM is a comma, and none is in one. */
const publicKeyTexts = list.refine((texts) => texts.every((text) => parsePublicKey(text) !== undefined), {
  error: 'each must be an Ed25519 public key in PEM, as GET /api/audit/checkpoint-key tells it',
});

/** The variables of the audit. */
export const auditEnvironment = {
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
      'Where signed audit checkpoints go: `stdout`, a folder, or `s3://bucket/prefix/`. Default: `checkpoints` in DATA_DIR. Best where the database’s owner cannot write.',
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
  AUDIT_PREVIOUS_KEYS: publicKeyTexts
    .optional()
    .describe(
      'Public keys (PEM) of the AUDIT_SIGNING_KEYs before, while AUDIT_CHECKPOINTS has lines that they signed; several are separated by commas.',
    ),
} as const;
