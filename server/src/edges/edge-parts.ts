import type { KeyRing } from '../keys/key-ring.ts';
import type { Lease } from '../leases/lease.ts';
import type { Receipts } from '../leases/receipts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { DeadIncarnations } from './dead-incarnations.ts';
import { EdgeDoor } from './edge-door.ts';
import { EdgeLeases } from './edge-leases.ts';
import { EdgeResolver } from './edge-resolver.ts';
import { Edges } from './edges.ts';
import { LeakedEdges } from './leaked-edge.ts';

/** What edges need of a server. */
export interface EdgeNeeds {
  db: TenantDatabase;
  /** Acts as `holder`. */
  holders: Database;
  lease: Lease;
  receipts: Receipts;
  keys: KeyRing;
  clock: Clock;
  /** Host and port that are signed. */
  authority: string;
  ignoredParameters: readonly string[];
}

/** Everything that is there for edges. */
export interface EdgeParts {
  /** Recognises them. */
  door: EdgeDoor;
  leases: EdgeLeases;
  resolver: EdgeResolver;
  credentials: Edges;
  leaked: LeakedEdges;
  /** How URLs are checked. */
  rules: { authority: string; ignoredParameters: readonly string[] };
}

export function edgesOf(needs: EdgeNeeds): EdgeParts {
  const { db, holders, lease, receipts, keys, clock, authority, ignoredParameters } = needs;
  const door = new EdgeDoor(holders);
  const credentials = new Edges(db, holders, receipts);
  return {
    door,
    leases: new EdgeLeases(holders, lease, door, new DeadIncarnations(db, receipts, clock)),
    resolver: new EdgeResolver(holders, lease, keys, door),
    credentials,
    leaked: new LeakedEdges(db, credentials, receipts),
    rules: { authority, ignoredParameters },
  };
}
