import { replaceLeakedKeys } from '../keys/leaked-keys.ts';
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
    const told = await readForTenant(this.#db, tenantId, (connection) =>
      liveKeysTold(connection, tenantId, id),
    );
    let { epoch } = revocation;
    let owners = 0;
    let keys = 0;
    for (const { ownerId, kids } of told) {
      const reason = 'told to an edge that leaked';
      const replaced = await replaceLeakedKeys(this.#db, { tenantId, ownerId, kids, actor, reason });
      if (!replaced) continue;
      epoch = replaced.epoch;
      owners += 1;
      keys += replaced.keys;
    }
    // Who uses the last epoch uses those before it.
    return { owners, keys, epoch, receipt: this.#receipts.settle(epoch) };
  }
}
