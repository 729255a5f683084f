import type { Logger } from 'pino';
import { StartError } from '../platform/start-error.ts';
import { PolicyFile } from './policy-file.ts';
import { readRules } from './policy-rules.ts';
import type { PolicySource } from './policy-source.ts';
import { SigningPolicy } from './policy.ts';

/**
 * @param policy rules, the name of a file, or undefined for the default policy
 * @throws StartError that names the setting, the rule and its field
 */
export async function openPolicy(
  policy: string | readonly unknown[] | undefined,
  log: Logger,
): Promise<PolicySource> {
  if (typeof policy === 'string') return PolicyFile.open(policy, { log });
  const state = { source: policy ? 'configuration' : 'default', since: new Date() } as const;
  if (!policy) return { current: new SigningPolicy(), state, close: () => undefined };
  const read = readRules(policy);
  if ('fault' in read) throw new StartError(`countersign({ policy }): ${read.fault}`);
  return { current: new SigningPolicy(read.rules), state, close: () => undefined };
}
