import type { Lease } from '../leases/lease.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { DeadIncarnations } from './dead-incarnations.ts';
import { closed, type EdgeDoor, type EdgePrincipal } from './edge-door.ts';
import {
  acknowledgeEdge,
  countIncarnations,
  endEdgeIncarnation,
  readEdgeLease,
  registerEdge,
  type IncarnationBounds,
  type ToldChange,
} from './edge-lease.store.ts';
import { epochAhead, incarnationEnded, tooManyIncarnations } from './edge-problems.ts';

/** As long as a question may take, milliseconds. */
const PATIENCE_MS = 2000;
/** In one answer; an edge that has missed more drops its whole cache. */
const MOST_CHANGES = 1000;
const MOST_INCARNATIONS: IncarnationBounds = { live: 1000, remembered: 10_000 };
/** So many are more than an edge runs: some will be dead. */
const MANY_INCARNATIONS = 64;

/** What an edge asks. */
export interface LeaseQuestion {
  /** Random, of one run of the edge. */
  incarnation: string;
  /** The newest epoch whose changes the edge has applied to its cache; absent: it begins, with an empty one. */
  cursor?: number | undefined;
  /** The newest epoch that every check uses from now on, by all that this edge has lent to. */
  acknowledged?: number | undefined;
  /** It serves no more. */
  ended?: boolean | undefined;
}

/** What it is told. */
export interface EdgeLease {
  /** Everything up to here is in `changes`, or in what was told before. */
  epoch: number;
  /** The newest epoch that is known, durably, to be used in every check of this incarnation. */
  acknowledged: number;
  /**
   * The edge may serve for so long since before it asked the newest question that told it `acknowledged` as `epoch`; no
   * longer than that answer said, either.
   */
  leaseMs: number;
  /** The cursor is too old: forget everything. */
  drop: boolean;
  changes: ToldChange[];
}

/**
 * Lends to edges. The database is asked for each question, so what is lent is not a part of this server's own lease: the
 * edge is a holder like a server (docs/decisions/0015).
 */
export class EdgeLeases {
  readonly #db: Database;
  readonly #lease: Pick<Lease, 'holds' | 'refusal' | 'applied'>;
  readonly #door: EdgeDoor;
  readonly #dead: DeadIncarnations;

  /**
   * @param db acts as `holder`
   * @param lease of this server: one that may not serve lends nothing either
   */
  constructor(
    db: Database,
    lease: Pick<Lease, 'holds' | 'refusal' | 'applied'>,
    door: EdgeDoor,
    dead: DeadIncarnations,
  ) {
    this.#db = db;
    this.#lease = lease;
    this.#door = door;
    this.#dead = dead;
  }

  /**
   * @throws what the lease refuses with, incarnationEnded, tooManyIncarnations, epochAhead, or a 401 when the credential does not open any more
   */
  async ask({ edge, tenantId }: EdgePrincipal, question: LeaseQuestion): Promise<EdgeLease> {
    const { incarnation, cursor, acknowledged } = question;
    const caller = { edgeId: edge.id, hash: edge.hash, incarnation };
    if (!this.#lease.holds()) throw this.#lease.refusal;
    return withConnection(this.#db, PATIENCE_MS, async (connection) => {
      if (cursor === undefined) {
        const many = await countIncarnations(connection, edge.id);
        if (many >= MANY_INCARNATIONS) this.#dead.countOut(tenantId, edge.id);
        const passed = await registerEdge(connection, caller, MOST_INCARNATIONS);
        if (passed) throw tooManyIncarnations(passed, MOST_INCARNATIONS[passed]);
      }
      const reading = await readEdgeLease(connection, caller, cursor, MOST_CHANGES);
      if (!reading.isAdmitted) {
        this.#door.forget(edge.id);
        throw closed();
      }
      const { epoch, leaseMs, changes } = reading;
      // This server has seen more than the database says now: it was set back, and the lease notices soon.
      if (epoch < this.#lease.applied) throw this.#lease.refusal;
      if (Math.max(cursor ?? 0, acknowledged ?? 0) > epoch) throw epochAhead(epoch);
      if (reading.acknowledged === null) throw incarnationEnded();
      // Before lending: a receipt may end what has not acknowledged it, and then nobody would wait for this edge.
      const isNews = acknowledged !== undefined && acknowledged > reading.acknowledged;
      if (isNews && !(await acknowledgeEdge(connection, caller, acknowledged))) throw incarnationEnded();
      if (question.ended) await endEdgeIncarnation(connection, caller);
      const drop = cursor === undefined || !reading.isComplete || changes.length > MOST_CHANGES;
      return {
        epoch,
        acknowledged: isNews ? acknowledged : reading.acknowledged,
        leaseMs: question.ended ? 0 : leaseMs,
        drop,
        changes: drop ? [] : changes,
      };
    });
  }
}
