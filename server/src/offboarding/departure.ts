import { Problem } from '../platform/problem.ts';

/** What becomes of what the leaver owns. */
export interface TransferPlan {
  /** Owner id of who gets it. */
  to: string;
  /** Only paths that begin with this; absent: everything that is not the leaver's own folder. */
  prefix?: string | undefined;
}

/** Somebody leaves. */
export interface DepartureOrder {
  owner: string;
  /** Absent: now. */
  at?: Date | undefined;
  transfer?: TransferPlan | undefined;
  reason?: string | undefined;
}

/** A departure as it is stored. */
export interface Departure {
  id: string;
  owner: string;
  at: Date;
  transfer: { to: string; prefix: string | null } | null;
  reason: string | null;
  requestedBy: string | null;
  /**
   * `scheduled` can be undone; `taking-effect`: the owner is revoked, and the receipt `epoch` is outstanding, so that a server
   * that is cut off may still serve old URLs; `effective`: that receipt is there.
   */
  status: 'scheduled' | 'taking-effect' | 'effective' | 'undone';
  /** Resources that went to the new owner. */
  transferred: number;
  /** Resources that could not, and died with the leaver's key: they can be transferred afterwards. */
  notTransferred: number;
  /** Collections that the leaver was a member of, and is no more. */
  memberships: number;
  epoch: number | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** Farther away than this is a slip of the pen. */
export const LATEST_YEARS = 5;

/** 404 `unknown-departure`. One of another tenant is unknown too. */
export const unknownDeparture = (id: string): Problem =>
  new Problem(
    404,
    'unknown-departure',
    'There is no such departure',
    `No departure ${JSON.stringify(id)} here.`,
  );

/** 409 `departure-exists`: one person leaves once at a time. */
export const departureExists = ({ id, at }: Departure): Problem =>
  new Problem(
    409,
    'departure-exists',
    'This owner leaves already',
    `Departure ${id} takes effect at ${at.toISOString()}. Undo it with DELETE /departures/${id} first.`,
  );

/** 409 `departure-ended`: it took effect, or was undone. */
export const departureEnded = ({ status }: Departure): Problem =>
  new Problem(
    409,
    'departure-ended',
    'The departure can no longer be undone',
    status !== 'undone'
      ? 'It took effect: POST /owners/{id}/reinstate makes a new key; URLs signed before stay dead.'
      : 'It was undone before.',
  );

/** 409 `transfer-target`: who is to get the documents is nobody who can. */
export const transferTarget = (detail: string): Problem =>
  new Problem(409, 'transfer-target', 'Nobody can take over the documents', detail);
