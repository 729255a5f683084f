import { writeEvent } from '../audit/event.store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import { lastEpochOf } from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import type { Database } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { newCredential } from './edge-credential.ts';
import { countIncarnations } from './edge-lease.store.ts';
import { edgeExists, edgeRevoked, tooManyEdges, unknownEdge } from './edge-problems.ts';
import {
  countEdges,
  endEdge,
  insertEdge,
  listEdges,
  lockEdge,
  replaceSecret,
  type EdgeSummary,
} from './edge.store.ts';

const MOST_EDGES = 100;
const PATIENCE_MS = 5000;

/** Who does what to which edge. */
export interface EdgeAction {
  tenantId: string;
  id: string;
  /** Principal id, for the audit. */
  actor: string;
}

/** A credential, shown this once. */
export interface FreshCredential {
  id: string;
  name: string;
  credential: string;
}

/** Makes, lists, rotates and revokes the credentials of edges. */
export class Edges {
  readonly #db: TenantDatabase;
  readonly #holders: Database;
  readonly #receipts: Receipts;

  /** @param holders acts as `holder` */
  constructor(db: TenantDatabase, holders: Database, receipts: Receipts) {
    this.#db = db;
    this.#holders = holders;
    this.#receipts = receipts;
  }

  /**
   * An edge that serves the files of one tenant.
   *
   * @throws edgeExists, tooManyEdges
   */
  async add({
    tenantId,
    name,
    actor,
  }: {
    tenantId: string;
    name: string;
    actor: string;
  }): Promise<FreshCredential> {
    const id = randomId();
    const { credential, hash } = newCredential(id);
    await forTenant(this.#db, tenantId, async (connection) => {
      if ((await countEdges(connection, tenantId)) >= MOST_EDGES) throw tooManyEdges(MOST_EDGES);
      const edge = { id, tenantId, tenants: [tenantId], name, secretHash: hash };
      if (!(await insertEdge(connection, edge))) throw edgeExists();
      await writeEvent(connection, { event: 'edge-added', tenantId, actor, reason: name });
    });
    return { id, name, credential };
  }

  /** @returns every edge of the tenant, the revoked ones too */
  async list(tenantId: string): Promise<EdgeSummary[]> {
    const edges = await readForTenant(this.#db, tenantId, (connection) => listEdges(connection, tenantId));
    return withConnection(this.#holders, PATIENCE_MS, async (connection) => {
      const summaries: EdgeSummary[] = [];
      for (const edge of edges) {
        summaries.push({ ...edge, incarnations: await countIncarnations(connection, edge.id) });
      }
      return summaries;
    });
  }

  /**
   * A new secret. The one before opens too, until every instance of the edge has the new one.
   *
   * @param overlapMinutes how long; 0: it opens nothing from now on
   * @throws unknownEdge, edgeRevoked
   */
  async rotate(
    { tenantId, id, actor }: EdgeAction,
    overlapMinutes: number,
  ): Promise<FreshCredential & { previousUntil: Date | null }> {
    const { credential, hash } = newCredential(id);
    return forTenant(this.#db, tenantId, async (connection) => {
      const edge = await lockEdge(connection, tenantId, id);
      if (!edge) throw unknownEdge();
      if (edge.revokedAt) throw edgeRevoked();
      const previousUntil = await replaceSecret(connection, id, hash, overlapMinutes * 60);
      await writeEvent(connection, { event: 'edge-rotated', tenantId, actor, reason: edge.name });
      return { id, name: edge.name, credential, previousUntil };
    });
  }

  /**
   * Its credential opens nothing from now on. It serves nothing any more when the receipt arrives: as it can neither
   * renew nor acknowledge, that is when its lease is over. Repeating it gives the same epoch.
   *
   * @throws unknownEdge
   */
  async revoke({ tenantId, id, actor }: EdgeAction): Promise<Settling> {
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const edge = await lockEdge(connection, tenantId, id);
      if (!edge) throw unknownEdge();
      const change = { tenantId, change: 'edge-revoked', subject: id } as const;
      const earlier = edge.revokedAt ? await lastEpochOf(connection, change) : undefined;
      if (earlier !== undefined) return earlier;
      await endEdge(connection, id);
      await writeEvent(connection, { event: 'edge-revoked', tenantId, actor, reason: edge.name });
      return advanceEpoch(connection, change);
    });
    return { epoch, receipt: this.#receipts.settle(epoch) };
  }
}
