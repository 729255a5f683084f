import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bucketSink, isBucketPlace } from '../audit/bucket-sink.ts';
import { FileSink, linesOfFile } from '../audit/checkpoint-sink.ts';
import { parseSigningKey } from '../audit/signing-key.ts';
import { readEnvironment } from '../config.ts';
import { generatedSecret } from '../platform/generated-secrets.ts';
import { s3Of } from '../s3-environment.ts';
import { cannotRun } from './exit-codes.ts';
import type { Settings } from './settings.ts';

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
): Promise<AsyncIterable<string> | undefined> {
  const place = checkpointPlace(named, settings);
  if (isBucketPlace(place)) return (await bucketSink(place, s3Of(readEnvironment(process.env)))).lines();
  const found = await stat(place).catch((error: Error) => error);
  if (found instanceof Error) {
    if (named === undefined) return undefined;
    throw cannotRun(`--checkpoints: ${place} cannot be read (${(found as NodeJS.ErrnoException).code}).`);
  }
  return found.isDirectory() ? new FileSink(place).lines() : linesLater(place);
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
  const given = process.env['AUDIT_SIGNING_KEY'] || (await embeddedKey(settings));
  if (given === undefined) return undefined;
  const signing = parseSigningKey(given);
  if (!signing)
    throw cannotRun('AUDIT_SIGNING_KEY: must be 32 random bytes in base64, or an Ed25519 key in PEM.');
  return createPublicKey(signing);
}

/** Never makes one: nothing was signed with it. */
async function embeddedKey({ DATA_DIR, DATABASE_URL }: Settings): Promise<string | undefined> {
  const name = 'audit-signing-key';
  if (DATABASE_URL || !existsSync(join(DATA_DIR, 'secrets', name))) return undefined;
  return generatedSecret(DATA_DIR, name);
}
