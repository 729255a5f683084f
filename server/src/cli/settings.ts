import { resolve } from 'node:path';
import { environment, type Environment } from '../config.ts';
import { SAMPLE_TENANT } from '../samples/people.ts';
import { cannotRun } from './exit-codes.ts';

const names = {
  DATABASE_URL: true,
  DATABASE_DIRECT_URL: true,
  DATABASE_MIGRATION_URL: true,
  DATA_DIR: true,
  TENANT: true,
  LOG_LEVEL: true,
} as const;

/** The part of the server's settings that a command on its database needs. No secret is among them. */
export type Settings = Pick<Environment, keyof typeof names>;

/**
 * Fewer variables than the server needs: whoever must revoke somebody at night has the database's address, and need not
 * look for the master secret first.
 *
 * @param given options of the command line, which win over the environment
 * @throws CommandFailure that names the first variable that is not valid
 */
export function readSettings(given: { data?: string | undefined; tenant?: string | undefined }): Settings {
  const variables = {
    ...Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== '')),
    ...(given.data === undefined ? {} : { DATA_DIR: given.data }),
  };
  const result = environment.pick(names).safeParse(variables);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw cannotRun(`${issue?.path.join('.') ?? 'The environment'}: ${issue?.message ?? 'is not valid'}`);
  }
  const settings = result.data;
  const own = settings.DATABASE_URL ? settings.TENANT : SAMPLE_TENANT;
  return { ...settings, DATA_DIR: resolve(settings.DATA_DIR), TENANT: given.tenant ?? own };
}
