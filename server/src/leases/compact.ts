import type { Database } from '../platform/database.ts';
import { compactLog } from './epoch.store.ts';
import { forgetEndedHolders } from './holder.store.ts';

/** A holder that was away for longer forgets everything instead. */
const KEPT_LOG = { entries: 100_000, days: 7 };

/**
 * Removes what nobody needs any more: holders that ended, then old entries of the epoch log.
 *
 * @param pools that act as the owner of the tables, and as `holder`
 * @returns how many entries of the log went
 */
export async function compact(pools: { owner: Database; holder: Database }): Promise<number> {
  await forgetEndedHolders(pools.owner);
  return compactLog(pools.holder, KEPT_LOG);
}
