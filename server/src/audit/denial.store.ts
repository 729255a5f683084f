import type { Connection } from '../platform/database.ts';

/** Denials of one cause from one network in one minute. */
export interface DenialCount {
  /** Start of the minute, milliseconds since 1970. */
  minute: number;
  cause: string;
  ipPrefix: string;
  denials: number;
}

/** Adds to the counts, in the order of their key: two servers that add at the same time then cannot deadlock. */
export async function addDenials(connection: Connection, counts: readonly DenialCount[]): Promise<void> {
  await connection.query({
    name: 'audit-denials',
    text: `
      INSERT INTO denial_counts (minute, cause, ip_prefix, denials)
      SELECT to_timestamp(u.minute / 1000), u.cause, u.ip_prefix, sum(u.denials)
      FROM unnest($1::float8[], $2::text[], $3::text[], $4::int8[]) AS u (minute, cause, ip_prefix, denials)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (minute, cause, ip_prefix) DO UPDATE SET denials = denial_counts.denials + EXCLUDED.denials`,
    values: [
      counts.map(({ minute }) => minute),
      counts.map(({ cause }) => cause),
      counts.map(({ ipPrefix }) => ipPrefix),
      counts.map(({ denials }) => denials),
    ],
  });
}
