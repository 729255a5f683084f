import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openPools, type DatabaseAddresses } from '../../database-pools.ts';
import { migrationState } from '../../platform/migrate.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding } from './check.ts';
import { listenRoundTrip, readDatabaseFacts, type DatabaseFacts } from './database.store.ts';

const OLDEST = 150_000;
const ROLES = ['app', 'audit_writer', 'auditor', 'eraser', 'holder'];
const CLOCK_WARNING_MS = 1000;
/** Tokens and URLs are judged by the clock of the server, audit rows carry the database's. */
const CLOCK_PROBLEM_MS = 30_000;
const LISTEN_MS = 3000;

/** Reachable, new enough, migrated, durable, the primary. No extension is needed. */
export const databaseCheck: Check = {
  name: 'database',
  async run({ database, isProduction, dataDir }) {
    if (database === undefined) {
      return [
        warning(
          `no DATABASE_URL, and no embedded server runs on ${dataDir}: its database was not looked at`,
          'run this while the server runs, or set DATABASE_URL',
        ),
      ];
    }
    let facts: DatabaseFacts;
    try {
      facts = await readDatabaseFacts(database.databaseDirectUrl, ROLES);
    } catch (error) {
      return [problem(`the database does not answer: ${wordsOf(error)}`, 'start it, or change DATABASE_URL')];
    }
    return [
      ...ofServer(facts),
      ...(await ofSchema(database, facts)),
      ...ofAccount(facts, isProduction),
      ofClock(facts),
    ];
  },
};

function ofServer({ version, versionNumber, isReplica, isDurable }: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  if (versionNumber < OLDEST) {
    findings.push(problem(`PostgreSQL ${version} is too old`, 'use PostgreSQL 15 or newer'));
  } else findings.push(ok(`PostgreSQL ${version.split(' ')[0]} answers; no extension is needed`));
  if (isReplica) {
    findings.push(
      problem('this is a replica: it learns of revocations late', 'name the primary in DATABASE_URL'),
    );
  }
  if (!isDurable) {
    findings.push(
      problem(
        'fsync, full_page_writes or synchronous_commit is off: a power cut loses audit rows of URLs that left',
        'turn them on in postgresql.conf',
      ),
    );
  }
  return findings;
}

async function ofSchema(database: DatabaseAddresses, { roles }: DatabaseFacts): Promise<Finding[]> {
  const { ran, pending, unknown } = await migrationState(database.databaseMigrationUrl);
  if (unknown.length > 0) {
    return [
      problem(`the database was made by a newer Countersign (${unknown.join(', ')})`, 'use that version'),
    ];
  }
  if (pending.length > 0) {
    return [problem(`the database lacks ${pending.join(', ')}`, 'run countersign migrate')];
  }
  const missing = ROLES.filter((role) => !roles.includes(role));
  if (missing.length > 0) {
    return [
      problem(
        `the role ${missing.join(', ')} is missing`,
        'make it again: a dump without pg_dumpall --roles-only has no roles, see docs/database.md',
      ),
    ];
  }
  return [ok(`it is at ${ran.at(-1) ?? 'nothing'}`), await ofRoles(database)];
}

/** Opens the connections that a server opens, which refuses to start where one acts as somebody else. */
async function ofRoles(database: DatabaseAddresses): Promise<Finding> {
  try {
    await (await openPools(database, pino({ level: 'silent' }))).end();
    return ok('its connections act as the roles that they must');
  } catch (error) {
    return problem(wordsOf(error), 'docs/database.md shows how the roles are set up');
  }
}

function ofAccount({ user, isUnbound }: DatabaseFacts, isProduction: boolean): Finding[] {
  if (!isProduction || !isUnbound) return [];
  return [
    warning(
      `${user} is a superuser or has BYPASSRLS: row level security does not bind it`,
      'connect as a login of its own that owns nothing, see docs/database.md',
    ),
  ];
}

function ofClock({ clockAheadMs, uncertainMs }: DatabaseFacts): Finding {
  const apart = Math.max(0, Math.abs(clockAheadMs) - uncertainMs);
  const says = `the clock of the database is ${Math.round(Math.abs(clockAheadMs))} ms ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this one`;
  const change = 'let NTP set both clocks';
  if (apart >= CLOCK_PROBLEM_MS) return problem(says, change);
  return apart >= CLOCK_WARNING_MS ? warning(says, change) : ok(says);
}

/** Notifications make revocations fast; through a pooler that hands out a connection for each transaction none arrive. */
export const listenCheck: Check = {
  name: 'listen',
  async run({ database, variables }) {
    if (database === undefined) return [];
    const { databaseUrl, databaseDirectUrl } = database;
    const name = variables['DATABASE_DIRECT_URL'] ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL';
    const channel = `countersign_doctor_${randomUUID().replaceAll('-', '')}`;
    try {
      const ms = await listenRoundTrip(databaseDirectUrl, databaseUrl, channel, LISTEN_MS);
      return ms === undefined
        ? [
            problem(
              `a notification did not arrive over ${name} within ${LISTEN_MS} ms`,
              'set DATABASE_DIRECT_URL to the address of PostgreSQL itself, not of a pooler',
            ),
          ]
        : [ok(`a notification arrived after ${ms.toFixed(1)} ms`)];
    } catch (error) {
      return [problem(`LISTEN over ${name} failed: ${wordsOf(error)}`, `change ${name}`)];
    }
  },
};
