import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { forgetLongerLease, longerLeaseUntil, readEpoch } from './epoch.store.ts';
import { acknowledge, endHolder, endLapsedHolders, liveHolders, registerHolder } from './holder.store.ts';
import type { LeaseStore, ReceiptStore } from './ports.ts';
import { finishReceipt, pendingReceipts } from './receipt.store.ts';

/** @param db connections of its own, two at least, so that nobody else's query keeps a renewal waiting */
export function postgresLeaseStore(db: Database): LeaseStore {
  return {
    // What takes longer is given up, and its connection with it: a later question may be answered.
    within: (milliseconds, work) =>
      withConnection(db, milliseconds, (connection) =>
        work({
          read: (cursor) => readEpoch(connection, cursor),
          register: (holder, acknowledged) => registerHolder(connection, holder, acknowledged),
          acknowledge: (incarnation, epoch) => acknowledge(connection, incarnation, epoch),
          end: (incarnation) => endHolder(connection, incarnation),
        }),
      ),
  };
}

/** @param db acts as `holder` */
export function postgresReceiptStore(db: Database): ReceiptStore {
  return {
    liveHolders: (epoch) => liveHolders(db, epoch),
    endLapsedHolders: (incarnations, epoch) => endLapsedHolders(db, incarnations, epoch),
    finish: (receipt) => finishReceipt(db, receipt),
    pending: (ageMs) => pendingReceipts(db, ageMs),
    longerLeaseUntil: () => longerLeaseUntil(db),
    forgetLongerLease: (leaseEpoch) => forgetLongerLease(db, leaseEpoch),
  };
}
