import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePublicKey, parseSigningKey } from '../audit/signing-key.ts';
import { generatedSecret } from '../platform/generated-secrets.ts';
import { cannotRun } from './exit-codes.ts';
import type { Settings } from './settings.ts';

/**
 * @param file PEM of a public key; undefined: that of this deployment
 * @throws CommandFailure when there is none
 */
export async function auditPublicKey(file: string | undefined, settings: Settings): Promise<KeyObject> {
  if (file !== undefined) {
    const key = parsePublicKey(await readFile(file, 'utf8').catch(() => ''));
    if (!key) throw cannotRun(`--public-key: ${file} is not there, or no Ed25519 public key in PEM.`);
    return key;
  }
  const given = process.env['AUDIT_SIGNING_KEY'] || (await embeddedKey(settings));
  if (given === undefined) {
    throw cannotRun('There is no key to judge it by: set AUDIT_SIGNING_KEY, or name --public-key.');
  }
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
