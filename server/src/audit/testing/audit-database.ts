import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { randomId } from '../../platform/ids.ts';
import type { AccessRow, IssuanceRow } from '../rows.ts';

export const silent = pino({ level: 'silent' });

/** Gives an owner of tenant `acme` an active key. */
export async function activeKey(pool: pg.Pool, owner: string): Promise<string> {
  const kid = randomId();
  await pool.query(
    `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('acme', $1, $1) ON CONFLICT DO NOTHING`,
    [owner],
  );
  await pool.query(
    `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt) VALUES ($1, 'acme', $2, 1, $3)`,
    [kid, owner, randomBytes(32)],
  );
  return kid;
}

export async function revokeKey(pool: pg.Pool, kid: string): Promise<void> {
  await pool.query(`UPDATE signature_keys SET state = 'revoked', salt = NULL WHERE kid = $1`, [kid]);
}

/** A row that says it is the `n`th by its signature id. */
export function issuance(kid: string, n: number | string, changes: Partial<IssuanceRow> = {}): IssuanceRow {
  return {
    tenantId: 'acme',
    path: 'public/team/avatar-2.jpg',
    resourceId: 'resource-2',
    signatureId: `sig_${n}`,
    kid,
    actor: 'grace',
    owner: 'ada',
    reason: 'team_member_photo',
    expiresAt: Date.UTC(2030, 0, 1),
    ipPrefix: '203.0.113.0/24',
    userAgent: 'Mozilla/5.0 "quoted" \\backslash, {braces}',
    ...changes,
  };
}

/** A delivery that says it is the `n`th by its signature id. */
export function delivery(n: number | string, changes: Partial<AccessRow> = {}): AccessRow {
  return {
    event: 'delivery',
    at: Date.now(),
    tenantId: 'acme',
    path: 'public/team/avatar-2.jpg',
    resourceId: 'resource-2',
    signatureId: `sig_${n}`,
    kid: 'k',
    owner: 'ada',
    expiresAt: Date.UTC(2030, 0, 1),
    status: 200,
    bytes: 51_200,
    durationMs: 3,
    ipPrefix: '203.0.113.0/24',
    userAgent: 'Mozilla/5.0',
    ...changes,
  };
}

/** How often each signature id is in the log. */
export async function countsBySignature(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ signature_id: string; n: string }>(
    `SELECT signature_id, count(*) AS n FROM resource_access_logs WHERE signature_id IS NOT NULL
     GROUP BY signature_id`,
  );
  return new Map(rows.map(({ signature_id, n }) => [signature_id, Number(n)]));
}

/** Waits until `isSo` holds. @throws when it does not within 10 s, times SCALE */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000 * Number(process.env['SCALE'] ?? 1);
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('this did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
