import type { Logger } from 'pino';
import { openDatabase, type Connection, type Database, type DatabaseRole } from './platform/database.ts';
import { sessionRole } from './platform/session.store.ts';
import { StartError } from './platform/start-error.ts';
import { openTenantDatabase, readForTenant, type TenantDatabase } from './platform/tenant-database.ts';

const TENANT_CONNECTIONS = 10;
const HOLDER_CONNECTIONS = 4;
/** Two to renew, one to hear of changes. */
const LEASE_CONNECTIONS = 3;
const AUDIT_CONNECTIONS = 3;
// Seldom used: opened when needed, closed when idle.
/** Retention may read a day for minutes; partitions are made meanwhile. */
const OWNER_CONNECTIONS = 2;
/** As many as there may be exports with a proof, and one that verifies: whoever exports must not hold that up. */
const AUDITOR_CONNECTIONS = 5;

/** Where the database is, for whom. */
export interface DatabaseAddresses {
  /** For the work of tenants; may be a pooler that gives its connections away after each transaction. */
  databaseUrl: string;
  /** For whatever keeps its role for as long as its connection; the database itself. */
  databaseDirectUrl: string;
  /** Of the user who owns the tables. */
  databaseMigrationUrl: string;
}

/**
 * The connections of one server, each acting as the role of its work. Those of the lease and of the audit are of
 * their own, so that slow queries elsewhere keep neither a renewal nor an audit row, and with it a URL, waiting.
 */
export interface DatabasePools {
  /** `app`: everything that is done for a tenant. */
  tenants: TenantDatabase;
  /** `holder`: keys by kid, resources by path, receipts. */
  holder: Database;
  /** `holder`: the lease alone. */
  lease: Database;
  /** `holder`: locks that last as long as its one connection. */
  locks: Database;
  /** `audit_writer`. */
  audit: Database;
  /** `auditor`: the audit of all tenants at once, e.g. to verify its seals. */
  auditor: Database;
  /**
   * The owner of the tables: partitions and retention. Rows of tenants it reaches by the name of their partition; of the
   * tables themselves it sees none, and is told so by an error.
   */
  owner: Database;
  /** Closes all of them; whatever fails to close, the rest closes too. */
  end(): Promise<void>;
}

/**
 * @throws StartError when the database takes no connection, the login may not act as a role it needs, or a role would not be held by row level security
 */
export async function openPools(addresses: DatabaseAddresses, log: Logger): Promise<DatabasePools> {
  const { databaseUrl, databaseDirectUrl, databaseMigrationUrl } = addresses;
  const as = (role: DatabaseRole, max: number): Database =>
    openDatabase(databaseDirectUrl, log, { max, role });
  const tenants = openTenantDatabase(databaseUrl, log, {
    pooled: databaseUrl !== databaseDirectUrl,
    max: TENANT_CONNECTIONS,
  });
  const holder = as('holder', HOLDER_CONNECTIONS);
  const lease = as('holder', LEASE_CONNECTIONS);
  const locks = as('holder', 1);
  const audit = as('audit_writer', AUDIT_CONNECTIONS);
  const auditor = as('auditor', AUDITOR_CONNECTIONS);
  const owner = openDatabase(databaseMigrationUrl, log, { max: OWNER_CONNECTIONS, seesAllOrFails: true });
  const pools = {
    ...{ tenants, holder, lease, locks, audit, auditor, owner },
    end: async () => {
      await Promise.allSettled(
        [tenants, holder, lease, locks, audit, auditor, owner].map((pool) => pool.end()),
      );
    },
  };
  const direct = databaseUrl === databaseDirectUrl ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  try {
    await requireRole('app', databaseUrl, 'DATABASE_URL', (ask) => readForTenant(tenants, 'nobody', ask));
    for (const [role, pool] of [
      ['holder', holder],
      ['audit_writer', audit],
    ] as const) {
      await requireRole(role, databaseDirectUrl, direct, (ask) => onConnection(pool, ask));
    }
  } catch (error) {
    await pools.end();
    throw error;
  }
  return pools;
}

async function onConnection<T>(pool: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  try {
    return await work(connection);
  } finally {
    connection.release();
  }
}

/** A server that works as somebody else than it thinks would show one tenant another's files: it does not start. */
async function requireRole(
  role: DatabaseRole,
  url: string,
  variable: string,
  run: (ask: typeof sessionRole) => ReturnType<typeof sessionRole>,
): Promise<void> {
  const session = await run(sessionRole).catch((cause: unknown) => {
    const { code, message } = cause as { code?: string; message?: string };
    if (message?.includes('unsupported startup parameter')) throw viaPooler(`refuse the role ${role}`, cause);
    if (code !== '42501' && code !== '22023') {
      throw new StartError(
        `The database cannot be opened as ${login(url)}: ${message || code || 'no answer'}. Look at ${variable}.`,
        { cause },
      );
    }
    throw new StartError(
      `The database login ${login(url)} may not act as ${role} (${message ?? code}): GRANT app, holder, audit_writer TO ${login(url)}, see docs/database.md.`,
      { cause },
    );
  });
  if (session.name !== role) throw viaPooler(`act as ${session.name} instead of ${role}`);
  if (session.bypasses) {
    throw new StartError(
      `The database role ${role} bypasses row level security: ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS.`,
    );
  }
}

const login = (url: string): string => decodeURIComponent(new URL(url).username) || 'of DATABASE_URL';

const viaPooler = (what: string, cause?: unknown): StartError =>
  new StartError(
    `Connections of the database ${what}: is that a pooler? Set DATABASE_DIRECT_URL to the database itself, see docs/database.md.`,
    { cause },
  );
