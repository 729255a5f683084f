import type { DatabasePools } from '../database-pools.ts';
import { Onlooker } from '../leases/onlooker.ts';
import { postgresReceiptStore } from '../leases/postgres-stores.ts';
import { Receipts, type ChangeRecord } from '../leases/receipts.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { systemTimers as timers } from '../platform/timers.ts';
import { CommandRecord } from './command-record.ts';
import type { OfflineDatabase } from './offline-database.ts';

/** @returns receipts as a process settles them that serves nothing, such as a command: each change is in checkpoints before */
export const receiptsOf = (opened: OfflineDatabase): Receipts =>
  withRecord(opened.pools, new CommandRecord(opened));

/** The same of what ends nothing, or is in checkpoints already. */
export const unrecordedReceipts = (pools: Pick<DatabasePools, 'holder'>): Receipts => withRecord(pools);

const withRecord = ({ holder }: Pick<DatabasePools, 'holder'>, record?: ChangeRecord): Receipts =>
  new Receipts({
    ...{ store: postgresReceiptStore(holder), lease: new Onlooker(holder), clock, timers },
    ...(record ? { record } : {}),
  });
