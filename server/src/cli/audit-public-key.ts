import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parsePublicKey } from '../audit/signing-key.ts';
import { configuredPublicKey } from './checkpoint-files.ts';
import { cannotRun } from './exit-codes.ts';
import type { Settings } from './settings.ts';

/**
 * @param file PEM of a public key, or the answer of GET /audit/checkpoint-key; undefined: that of this deployment
 * @throws CommandFailure when there is none
 */
export async function auditPublicKey(file: string | undefined, settings: Settings): Promise<KeyObject> {
  if (file !== undefined) {
    const key = parsePublicKey(await readFile(file, 'utf8').catch(() => ''));
    if (!key) throw cannotRun(`--public-key: ${file} is not there, or no Ed25519 public key in PEM.`);
    return key;
  }
  const configured = await configuredPublicKey(settings);
  if (configured === undefined) {
    throw cannotRun('There is no key to judge it by: set AUDIT_SIGNING_KEY, or name --public-key.');
  }
  return configured;
}
