import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { readEpoch } from './epoch.store.ts';
import type { LeaseView } from './receipts.ts';

const PATIENCE_MS = 5000;

/**
 * Stands in for a lease in a process that serves nothing, such as a command. It registers no holder, so that no receipt
 * waits for it, now or after it was killed; it has no cache that a change could make wrong. It only learns how long the
 * leases of the others are.
 */
export class Onlooker implements LeaseView {
  readonly #db: Database;
  #longestLeaseMs = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The longest lease that anybody may be serving under, milliseconds; 0 before the first `catchUp`. */
  get longestLeaseMs(): number {
    return this.#longestLeaseMs;
  }

  /** @throws Error when the database does not know `epoch`, which has committed: it is not the one that was asked before */
  async catchUp(epoch: number): Promise<void> {
    const reading = await withConnection(this.#db, PATIENCE_MS, (connection) =>
      readEpoch(connection, Infinity),
    );
    if (reading.epoch < epoch) throw new Error(`the database is at epoch ${reading.epoch}, behind ${epoch}`);
    this.#longestLeaseMs = reading.longestLeaseMs;
  }
}
