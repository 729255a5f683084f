import type { CommittedRow } from './batch.ts';
import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';
import { commitmentOf, type PersonalColumns, type PublicColumns } from './leaf.ts';
import type { IssuanceRow } from './rows.ts';
import { freshSalt } from './salts.ts';

const MICROS = 1000;

/** An issuance exactly as the database will hold it, so that what is sealed is what is read back. */
export interface CleanIssuance extends CommittedRow {
  row: PublicColumns & PersonalColumns;
  salt: Buffer;
}

/** @param at when it was asked for, milliseconds since 1970 */
export function cleanIssuance(at: number, holder: string, issuance: IssuanceRow): CleanIssuance {
  const { tenantId, path, resourceId, signatureId, kid, ipPrefix } = issuance;
  const salt = freshSalt();
  const row = {
    at: Math.round(at * MICROS),
    event: 'issuance',
    tenantId,
    path,
    resourceId,
    signatureId,
    kid,
    actor: cleanUnchecked(issuance.actor),
    owner: clean(issuance.owner),
    reason: cleanUnchecked(issuance.reason),
    expiresAt: Math.round(Number(issuance.expiresAt) * MICROS),
    ipPrefix,
    userAgent: cleanUserAgent(issuance.userAgent),
    holder,
  };
  return { row, salt, commitment: commitmentOf(salt, row) };
}
