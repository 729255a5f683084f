import pg from 'pg';
import {
  countKeysByMaster,
  listMasters,
  listServerSecrets,
  type KeysOfMaster,
  type MasterVersion,
  type ServerSecrets,
} from '../../keys/master.store.ts';

const CONNECT_MS = 5000;

/** What the database says of itself. */
export interface DatabaseFacts {
  /** e.g. `15.14 (Debian 15.14-0+deb12u1)` */
  version: string;
  /** e.g. 150014 */
  versionNumber: number;
  /** Replicas lag: leases must be read from the primary. */
  isReplica: boolean;
  /** Whether a committed row survives a power cut. */
  isDurable: boolean;
  user: string;
  /** Superusers and BYPASSRLS are not bound by row level security. */
  isUnbound: boolean;
  /** Roles of this product that exist in the cluster. */
  roles: string[];
  /** Milliseconds that the database's clock is ahead of this one's; negative: behind. */
  clockAheadMs: number;
  /** Half of the round trip: the clock's difference is not known better. */
  uncertainMs: number;
}

/**
 * @param url of the database; never logged
 * @param roles to look for
 */
export async function readDatabaseFacts(url: string, roles: readonly string[]): Promise<DatabaseFacts> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Omit<DatabaseFacts, 'clockAheadMs' | 'uncertainMs'>>(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS "versionNumber",
              pg_is_in_recovery() AS "isReplica", current_user AS user, u.rolsuper OR u.rolbypassrls AS "isUnbound",
              current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'
                AND current_setting('full_page_writes') = 'on' AS "isDurable",
              ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY($1) ORDER BY rolname) AS roles
         FROM pg_roles u WHERE u.rolname = current_user`,
      [roles],
    );
    const [facts] = rows;
    if (!facts) throw new Error('the database does not tell who is connected');
    return { ...facts, ...(await clockDifference(client)) };
  });
}

/** What the database knows of master secrets. None of it is one. */
export interface MasterFacts {
  masters: MasterVersion[];
  keys: KeysOfMaster[];
  servers: ServerSecrets[];
}

/** @param url of the database; never logged */
export function readMasterFacts(url: string): Promise<MasterFacts> {
  return withClient(url, async (client) => {
    await client.query('SET ROLE holder');
    return {
      masters: await listMasters(client),
      keys: await countKeysByMaster(client),
      servers: await listServerSecrets(client),
    };
  });
}

async function clockDifference(
  client: pg.Client,
): Promise<Pick<DatabaseFacts, 'clockAheadMs' | 'uncertainMs'>> {
  const asked = { wall: Date.now(), monotonic: performance.now() };
  const { rows } = await client.query<{ ms: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
  );
  const uncertainMs = (performance.now() - asked.monotonic) / 2;
  return { clockAheadMs: (rows[0]?.ms ?? 0) - (asked.wall + uncertainMs), uncertainMs };
}

/**
 * Sends a notification from one connection to another, as a revocation does.
 *
 * @param listenUrl where the listener connects
 * @param notifyUrl where the notification is sent
 * @returns milliseconds until it came; undefined when it did not within `withinMs`
 */
export async function listenRoundTrip(
  listenUrl: string,
  notifyUrl: string,
  channel: string,
  withinMs: number,
): Promise<number | undefined> {
  return withClient(listenUrl, (listener) =>
    withClient(notifyUrl, async (notifier) => {
      const payload = String(process.pid);
      const heard = new Promise<true>((resolve) => {
        listener.on('notification', (message) => {
          if (message.payload === payload) resolve(true);
        });
      });
      await listener.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      const began = performance.now();
      await notifier.query('SELECT pg_notify($1, $2)', [channel, payload]);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), withinMs)));
      const came = await Promise.race([heard, late]);
      clearTimeout(timer);
      return came ? performance.now() - began : undefined;
    }),
  );
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    application_name: 'countersign doctor',
  });
  // A lost connection shows in the query that is running; the event alone would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
