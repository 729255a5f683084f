import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Environment } from './config.ts';
import type { CountersignConfig } from './countersign-config.ts';
import { generatedSecret } from './platform/generated-secrets.ts';
import { keepLocalPostgres } from './platform/kept-postgres.ts';

/** What production names in its environment, and the embedded mode makes for itself. */
export interface Infrastructure {
  database: Pick<CountersignConfig, 'databaseUrl' | 'databaseDirectUrl' | 'databaseMigrationUrl'>;
  masterSecret: string;
  /** Undefined: an OIDC issuer says who calls. */
  jwtSecret: string | undefined;
  stop(): Promise<void>;
}

/**
 * Takes what the environment names; without DATABASE_URL starts a local PostgreSQL and generates what is missing.
 *
 * @throws StartError
 */
export async function infrastructure(environment: Environment, log: Logger): Promise<Infrastructure> {
  const { DATABASE_URL, DATABASE_DIRECT_URL, DATABASE_MIGRATION_URL } = environment;
  const { DATA_DIR, MASTER_SECRET, JWT_SECRET, OIDC_ISSUER } = environment;
  // readEnvironment has refused a DATABASE_URL without its secrets.
  const masterSecret = MASTER_SECRET ?? (await generatedSecret(DATA_DIR, 'master'));
  const jwtSecret = JWT_SECRET ?? (OIDC_ISSUER ? undefined : await generatedSecret(DATA_DIR, 'jwt'));
  if (DATABASE_URL) {
    const database = {
      databaseUrl: DATABASE_URL,
      ...(DATABASE_DIRECT_URL ? { databaseDirectUrl: DATABASE_DIRECT_URL } : {}),
      ...(DATABASE_MIGRATION_URL ? { databaseMigrationUrl: DATABASE_MIGRATION_URL } : {}),
    };
    return { database, masterSecret, jwtSecret, stop: () => Promise.resolve() };
  }
  const startLog = {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  };
  const postgres = await keepLocalPostgres({ dir: join(DATA_DIR, 'postgres'), log: startLog });
  return { database: { databaseUrl: postgres.url }, masterSecret, jwtSecret, stop: () => postgres.stop() };
}
