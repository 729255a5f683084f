import { transaction, type Connection, type Database } from '../platform/database.ts';

/** Any number that no other advisory lock of this database uses. */
const PARTITION_LOCK = 0x61756469;

const LOCK_TIMEOUT_MS = 2_000;

/** `2026-11-21`: a UTC day. */
export type Day = string;

/**
 * @param keptDays for how long a row is kept: days that are older get no partition
 * @returns the days of rows that found no partition, as far as they are worth one, and how many rows there are in all
 */
export async function strayRows(
  database: Database,
  lastDay: Day,
  keptDays: number,
): Promise<{ rows: number; days: Day[] }> {
  const { rows } = await database.query<{ day: Day; rows: number }>(
    `SELECT to_char(accessed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS rows
     FROM resource_access_logs_default GROUP BY 1 ORDER BY 1`,
  );
  const { rows: oldest } = await database.query<{ day: Day }>(
    `SELECT to_char($1::date - $2::int, 'YYYY-MM-DD') AS day`,
    [lastDay, keptDays],
  );
  const firstDay = oldest[0]?.day ?? lastDay;
  return {
    rows: rows.reduce((sum, { rows: count }) => sum + count, 0),
    days: rows
      .map(({ day }) => day)
      .filter((day) => /^\d{4}-/.test(day) && day >= firstDay && day <= lastDay),
  };
}

/**
 * Makes the partition of one day unless it is there, and moves rows of that day out of the DEFAULT partition.
 * The table is made aside and attached, because `CREATE TABLE ... PARTITION OF` would lock the whole log against
 * inserts while it waits for whoever reads it; attaching locks only the DEFAULT partition.
 *
 * @throws 55P03 when somebody holds that lock for more than 2 s: try again later
 */
export async function makePartition(database: Database, day: Day): Promise<void> {
  const name = partitionOf(day);
  if (await exists(database, name)) return;
  await transaction(database, async (connection) => {
    await connection.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    // Servers that start together make the same partitions.
    await connection.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    if (await exists(connection, name)) return;
    await connection.query(`CREATE TABLE ${name} (LIKE resource_access_logs INCLUDING ALL)`);
    // Rows are reached through the log and its policies, and not by the name of their day.
    await connection.query(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`);
    await connection.query('LOCK TABLE resource_access_logs_default IN ACCESS EXCLUSIVE MODE');
    await connection.query(
      `WITH moved AS (
         DELETE FROM resource_access_logs_default
         WHERE accessed_at >= $1::timestamp AT TIME ZONE 'UTC'
           AND accessed_at < ($1::timestamp + INTERVAL '1 day') AT TIME ZONE 'UTC'
         RETURNING *
       ) INSERT INTO ${name} SELECT * FROM moved`,
      [day],
    );
    await connection.query(
      `ALTER TABLE resource_access_logs ATTACH PARTITION ${name}
         FOR VALUES FROM ('${day} 00:00:00+00') TO ('${dayAfter(day)} 00:00:00+00')`,
    );
  });
}

/** @returns the name of the day's partition */
export const partitionOf = (day: Day): string => `resource_access_logs_${day.replaceAll('-', '')}`;

/** The day that follows. */
export function dayAfter(day: Day): Day {
  return dayOf(beginningOf(day) + 86_400_000);
}

/** @param milliseconds since 1970 */
export const dayOf = (milliseconds: number): Day => new Date(milliseconds).toISOString().slice(0, 10);

/** @returns the days that have a partition, oldest first */
export async function daysWithPartition(connection: Connection | Database): Promise<Day[]> {
  const { rows } = await connection.query<{ digits: string }>(
    `SELECT substring(c.relname FROM '_(\\d{8})$') AS digits
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'resource_access_logs'::regclass AND c.relname ~ '_\\d{8}$' ORDER BY 1`,
  );
  return rows.map(({ digits }) => digits.replace(/(....)(..)(..)/, '$1-$2-$3'));
}

/** @returns where a day begins, milliseconds since 1970 */
export const beginningOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

async function exists(connection: Connection | Database, name: string): Promise<boolean> {
  const { rows } = await connection.query<{ exists: boolean }>(
    `SELECT to_regclass($1) IS NOT NULL AS exists`,
    [name],
  );
  return rows[0]?.exists ?? false;
}
