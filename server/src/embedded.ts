import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Environment } from './config.ts';
import { generatedSecret } from './platform/generated-secrets.ts';
import { keepLocalPostgres } from './platform/kept-postgres.ts';

/** What production names in its environment, and the embedded mode makes for itself. */
export interface Infrastructure {
  databaseUrl: string;
  masterSecret: string;
  jwtSecret: string;
  auditSigningKey: string;
  stop(): Promise<void>;
}

/**
 * Takes what the environment names; without DATABASE_URL starts a local PostgreSQL and generates what is missing.
 *
 * @throws StartError
 */
export async function infrastructure(environment: Environment, log: Logger): Promise<Infrastructure> {
  const { DATABASE_URL, DATA_DIR, MASTER_SECRET, JWT_SECRET, AUDIT_SIGNING_KEY } = environment;
  // readEnvironment has refused a DATABASE_URL without its secrets.
  const masterSecret = MASTER_SECRET ?? (await generatedSecret(DATA_DIR, 'master'));
  const jwtSecret = JWT_SECRET ?? (await generatedSecret(DATA_DIR, 'jwt'));
  // Any 32 bytes are an Ed25519 key.
  const auditSigningKey = AUDIT_SIGNING_KEY ?? (await generatedSecret(DATA_DIR, 'audit-signing-key'));
  const secrets = { masterSecret, jwtSecret, auditSigningKey };
  if (DATABASE_URL) {
    return { databaseUrl: DATABASE_URL, ...secrets, stop: () => Promise.resolve() };
  }
  const startLog = {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  };
  const postgres = await keepLocalPostgres({ dir: join(DATA_DIR, 'postgres'), log: startLog });
  return { databaseUrl: postgres.url, ...secrets, stop: () => postgres.stop() };
}
