import { leaseExpired } from './lease.ts';
import type { ReadAt } from './read-at.store.ts';

/**
 * A connection that was made anew may lead to a database that is behind, such as a replica that was promoted, before the
 * lease has noticed it: what is revoked may be alive there.
 *
 * @param applied newest epoch that this server had applied **before** it asked
 * @throws leaseExpired
 */
export function requireNotBehind(rows: readonly (ReadAt | undefined)[], applied: number): void {
  if (rows.some((row) => row !== undefined && row.epoch < applied)) throw leaseExpired();
}
