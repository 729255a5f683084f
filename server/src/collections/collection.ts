import type { Principal } from '../identity/principal.ts';
import { notFound, Problem } from '../platform/problem.ts';

/** What somebody can be in a collection, in the words of specification 002: buyer, seller, administrator of the order. */
export const collectionRoles = ['BUY', 'SEL', 'ADM'] as const;

export type CollectionRole = (typeof collectionRoles)[number];

/** A named group of resources with members of its own: an order, a project, a gallery. */
export interface Collection {
  id: string;
  tenantId: string;
  name: string;
  /** What another system calls it, e.g. the number of an order; unique in the tenant. */
  externalId: string | null;
  /** Whoever has one of these roles in the token is in it, without being a member. */
  interestedRoles: string[];
  /** Nothing is added to one that is archived, nor taken out; it is seen as before. */
  status: 'active' | 'archived';
  /** Counts what is changed of it. */
  revision: number;
  /** Principal id; null: erased. */
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A collection as one person meets it. */
export interface SeenCollection extends Collection {
  /** What the person is as a member; null: none. */
  memberRole: CollectionRole | null;
  /** The person was revoked: nothing in any collection, until reinstated. */
  isRevoked: boolean;
}

/**
 * What somebody is in a collection: as a member, else by a role in the token. A role of the token that is none of the
 * three counts as `BUY`.
 *
 * @returns undefined: nothing, as whoever was revoked is
 */
export function roleIn(
  {
    memberRole,
    interestedRoles,
    isRevoked,
  }: Pick<SeenCollection, 'memberRole' | 'interestedRoles' | 'isRevoked'>,
  { roles }: Pick<Principal, 'roles'>,
): CollectionRole | undefined {
  // Their token may be good for a while.
  if (isRevoked) return undefined;
  if (memberRole !== null) return memberRole;
  const shared = interestedRoles.filter((role) => roles.includes(role));
  if (shared.length === 0) return undefined;
  if (shared.includes('ADM')) return 'ADM';
  return shared.includes('BUY') || !shared.includes('SEL') ? 'BUY' : 'SEL';
}

/** @returns whether somebody may know of it: who is in it, and who sees or looks after everything */
export function mayKnow(collection: SeenCollection, principal: Principal): boolean {
  const { permissions } = principal;
  return (
    roleIn(collection, principal) !== undefined ||
    permissions.has('resource:view-all') ||
    permissions.has('collection:manage')
  );
}

/** @returns whether somebody may change it and its members: its `ADM`, and `collection:manage` */
export function mayManage(collection: SeenCollection, principal: Principal): boolean {
  return roleIn(collection, principal) === 'ADM' || principal.permissions.has('collection:manage');
}

/** 403 `forbidden`: a number of another system, that one collection of the tenant has, is not for whoever comes first. */
export const externalIdReserved = (): Problem =>
  new Problem(
    403,
    'forbidden',
    'You may not do this',
    'externalId: to set or change it needs the permission collection:manage. Leave it out.',
  );

/** 404 `not-found`: also for what is there and may not be seen. */
export const noCollection = (): Problem => notFound('There is no such collection.');

/** 409 `collection-exists`. */
export const collectionExists = (): Problem =>
  new Problem(
    409,
    'collection-exists',
    'There is a collection of this external id',
    'GET /collections?externalId=... finds it.',
  );

/** 409 `collection-archived`. */
export const collectionArchived = (): Problem =>
  new Problem(
    409,
    'collection-archived',
    'The collection is archived',
    'Nothing is added to it or taken out of it. PATCH it to "status": "active" first.',
  );
