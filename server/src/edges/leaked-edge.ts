import { replaceLeakedKeys } from '../keys/leaked-keys.ts';
import { lastEpochOf } from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { liveKeysTold } from './edge.store.ts';
import type { EdgeAction, Edges } from './edges.ts';

/** What became of the keys that a leaked edge knew. */
export interface LeakedEdge extends Settling {
  /** People whose URLs are dead, and have to be signed again. */
  owners: number;
  /** Keys that were destroyed now. */
  keys: number;
}

/**
 * The procedure for an edge whose credential or memory somebody else may have: with a key one can sign whatever its owner
 * has. First the credential, so that no more keys are told; then each key that this edge was ever told. Repeating it goes
 * on where it was broken off.
 */
export class LeakedEdges {
  readonly #db: TenantDatabase;
  readonly #edges: Edges;
  readonly #receipts: Receipts;

  constructor(db: TenantDatabase, edges: Edges, receipts: Receipts) {
    this.#db = db;
    this.#edges = edges;
    this.#receipts = receipts;
  }

  /** @throws unknownEdge */
  async replaceKeys(action: EdgeAction): Promise<LeakedEdge> {
    const { tenantId, id, actor } = action;
    const revocation = await this.#edges.revoke(action);
    const [told, earlier] = await readForTenant(this.#db, tenantId, async (connection) => [
      await liveKeysTold(connection, tenantId, id),
      await lastEpochOf(connection, { tenantId, change: 'key-rotated', subject: id }),
    ]);
    // Of a call that was broken off nobody has the receipt, and the keys that it destroyed may still be in use.
    let epoch = Math.max(revocation.epoch, earlier ?? 0);
    let owners = 0;
    let keys = 0;
    for (const { ownerId, kids } of told) {
      const reason = 'told to an edge that leaked';
      const replaced = await replaceLeakedKeys(this.#db, {
        tenantId,
        ownerId,
        kids,
        subject: id,
        actor,
        reason,
      });
      if (!replaced) continue;
      epoch = replaced.epoch;
      owners += 1;
      keys += replaced.keys;
    }
    // Who uses the last epoch uses those before it.
    return { owners, keys, epoch, receipt: this.#receipts.settle(epoch) };
  }
}
