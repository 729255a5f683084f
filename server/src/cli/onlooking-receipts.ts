import type { DatabasePools } from '../database-pools.ts';
import { Onlooker } from '../leases/onlooker.ts';
import { postgresReceiptStore } from '../leases/postgres-stores.ts';
import { Receipts } from '../leases/receipts.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { systemTimers as timers } from '../platform/timers.ts';

/** @returns receipts as a process settles them that serves nothing; such as a command */
export const receiptsOf = ({ holder }: Pick<DatabasePools, 'holder'>): Receipts =>
  new Receipts({ store: postgresReceiptStore(holder), lease: new Onlooker(holder), clock, timers });
