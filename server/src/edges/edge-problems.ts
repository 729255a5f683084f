import { Problem } from '../platform/problem.ts';
import type { IncarnationBounds } from './edge-lease.store.ts';

/** 404 `unknown-edge`. An edge of another tenant is unknown too. */
export const unknownEdge = (): Problem =>
  new Problem(404, 'unknown-edge', 'There is no such edge', 'GET /edges lists the edges of your tenant.');

/** 409 `edge-exists`: another live edge of the tenant has this name. */
export const edgeExists = (): Problem =>
  new Problem(
    409,
    'edge-exists',
    'There is an edge of this name',
    'Choose another name, or rotate the credential of the edge that is there.',
  );

/** 409 `edge-revoked`: its credential opens nothing any more. */
export const edgeRevoked = (): Problem =>
  new Problem(409, 'edge-revoked', 'The edge was revoked', 'Add another one; this one stays closed.');

/** 409 `too-many-edges`. */
export const tooManyEdges = (most: number): Problem =>
  new Problem(
    409,
    'too-many-edges',
    'There are too many edges',
    `A tenant has at most ${most}. Revoke one that is not used.`,
  );

/** 409 `incarnation-ended`: nobody waits for it any more, or it is not this edge's. */
export const incarnationEnded = (): Problem =>
  new Problem(
    409,
    'incarnation-ended',
    'This incarnation has ended',
    'Serve nothing, forget everything, and ask again without a cursor and with a new random incarnation.',
  );

/**
 * 409 `too-many-incarnations`: dead ones are found out meanwhile, and those that ended are forgotten an hour later, so
 * that nobody fills the table with them.
 */
export const tooManyIncarnations = (bound: keyof IncarnationBounds, most: number): Problem =>
  new Problem(
    409,
    'too-many-incarnations',
    'This edge has too many incarnations',
    bound === 'live'
      ? `There are ${most} that have not ended. Those that are dead are being counted out: try again.`
      : `It has begun ${most} within the last hours: one run takes one incarnation, for as long as it lives. Those that ended are forgotten within two hours. When it is not you who begins them, rotate the credential with overlapMinutes 0.`,
    { 'Retry-After': bound === 'live' ? '5' : '600' },
  );

/** 409 `epoch-ahead`: the edge knows changes that this database does not. */
export const epochAhead = (epoch: number): Problem =>
  new Problem(
    409,
    'epoch-ahead',
    'The database does not know this epoch',
    `It is at epoch ${epoch}. Serve nothing: it may have been restored from a backup, and its keys may be revoked ones.`,
  );
