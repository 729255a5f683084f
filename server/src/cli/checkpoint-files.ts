import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bucketSink, isBucketPlace } from '../audit/bucket-sink.ts';
import { FileSink, linesOfFile, placedLinesOfFile, type SinkLine } from '../audit/checkpoint-sink.ts';
import { parsePublicKey, parseSigningKey } from '../audit/signing-key.ts';
import { generatedSecret } from '../platform/generated-secrets.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { s3Environment, s3Of } from '../s3-environment.ts';
import { cannotRun } from './exit-codes.ts';
import type { Settings } from './settings.ts';

/** Option that names somebody else's key, of every command that judges by one. */
export const PUBLIC_KEY_OPTION = {
  type: 'string',
  value: 'FILE',
  completes: 'file',
  says: 'PEM of who signs them (default: that of AUDIT_SIGNING_KEY, or of the embedded server)',
} as const;

/** Option that names checkpoints, of every command that reads them. */
export const CHECKPOINTS_OPTION = {
  type: 'string',
  value: 'PATH',
  completes: 'file',
  says: 'folder or file of checkpoints (AUDIT_CHECKPOINTS, default checkpoints in DATA_DIR)',
} as const;

/**
 * Lines of what was named; of what was not, when it is there.
 *
 * @throws CommandFailure when what was named cannot be read
 */
export async function checkpointLines(
  named: string | undefined,
  settings: Settings,
): Promise<AsyncIterable<SinkLine> | undefined> {
  const place = checkpointPlace(named, settings);
  if (isBucketPlace(place)) return (await bucketSink(place, configuredS3())).placed();
  const found = await stat(place).catch((error: Error) => error);
  if (found instanceof Error) {
    if (named === undefined) return undefined;
    throw cannotRun(`--checkpoints: ${place} cannot be read (${(found as NodeJS.ErrnoException).code}).`);
  }
  return found.isDirectory() ? new FileSink(place).placed() : placedLinesOfFile(place);
}

/** @returns how S3_* say that the store is reached @throws CommandFailure that names the one that is not valid */
export function configuredS3(): S3Settings | undefined {
  const given = Object.entries(process.env).filter(([, value]) => value !== '');
  const result = z.object(s3Environment).safeParse(Object.fromEntries(given));
  if (result.success) return s3Of(result.data);
  const issue = result.error.issues[0];
  throw cannotRun(`${issue?.path.join('.') ?? 'S3_BUCKET'}: ${issue?.message ?? 'is not valid'}`);
}

/** @returns the folder or file that is meant */
export function checkpointPlace(named: string | undefined, settings: Settings): string {
  const configured = process.env['AUDIT_CHECKPOINTS'];
  return (
    named ?? (configured && configured !== 'stdout' ? configured : join(settings.DATA_DIR, 'checkpoints'))
  );
}

/** A file is opened when its first line is asked for: what is read before is lost to whoever asks later. */
export async function* linesLater(file: string): AsyncGenerator<string> {
  yield* linesOfFile(file);
}

/**
 * The public half of AUDIT_SIGNING_KEY, or of the embedded server's.
 *
 * @returns undefined when neither is there
 * @throws CommandFailure when it is no key
 */
export async function configuredPublicKey(settings: Settings): Promise<KeyObject | undefined> {
  const signing = await configuredSigningKey(settings);
  return signing && createPublicKey(signing);
}

/** AUDIT_SIGNING_KEY, or that of the embedded server; see {@link configuredPublicKey}. */
export async function configuredSigningKey(settings: Settings): Promise<KeyObject | undefined> {
  const given = process.env['AUDIT_SIGNING_KEY'] || (await embeddedKey(settings));
  if (given === undefined) return undefined;
  const signing = parseSigningKey(given);
  if (!signing)
    throw cannotRun('AUDIT_SIGNING_KEY: must be 32 random bytes in base64, or an Ed25519 key in PEM.');
  return signing;
}

/** @returns public keys that AUDIT_PREVIOUS_KEYS names @throws CommandFailure when one is none */
export function configuredPreviousKeys(): KeyObject[] {
  const texts = (process.env['AUDIT_PREVIOUS_KEYS'] ?? '').split(',').filter((text) => text.trim() !== '');
  return texts.map((text) => {
    const key = parsePublicKey(text.trim());
    if (!key) throw cannotRun('AUDIT_PREVIOUS_KEYS: each must be an Ed25519 public key in PEM.');
    return key;
  });
}

/** Never makes one: nothing was signed with it. */
async function embeddedKey({ DATA_DIR, DATABASE_URL }: Settings): Promise<string | undefined> {
  const name = 'audit-signing-key';
  if (DATABASE_URL || !existsSync(join(DATA_DIR, 'secrets', name))) return undefined;
  return generatedSecret(DATA_DIR, name);
}
