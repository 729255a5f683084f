import type { Logger } from 'pino';
import { requirePermission, type Principal } from '../identity/principal.ts';
import { described, toProblem } from '../platform/problem-handler.ts';
import { Problem } from '../platform/problem.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { ResourceOrder } from '../resources/change-resource.ts';
import type { Moved, ResourceMoves } from '../resources/move-resource.ts';
import { isTaken, type MovableResource, type MoveRule } from '../resources/move.store.ts';
import { resourceKinds } from '../resources/resource.ts';
import { storedName } from '../resources/stored-name.ts';
import { noCollection } from './collection.ts';
import { requireActive } from './collections.ts';
import { folderOf, mayAdd } from './place-in.ts';
import { findCollection } from './store.ts';

/** One of several that were to be assigned. */
export type Assigned = Moved | { id: string; problem: Problem };

/** Moves resources into collections and out of them. What is in one lies below `collections/{id}/`. */
export class Assignments {
  readonly #moves: ResourceMoves;
  readonly #log: Logger;

  constructor(moves: ResourceMoves, log: Logger) {
    this.#moves = moves;
    this.#log = log;
  }

  /**
   * Owners assign what is theirs to a collection that they are in; with `resource:assign` whatever one sees goes anywhere.
   * It may be repeated.
   *
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, not-completed, resource-busy, collection-archived,
   *   moves-busy
   */
  assign(order: ResourceOrder, collectionId: string): Promise<Moved> {
    return this.#moves.move(order, 'resource-assigned', into(order.principal, collectionId));
  }

  /**
   * Puts a resource back to where its kind belongs. Where everybody sees it then, that is for its owner and
   * `collection:manage`. It may be repeated.
   *
   * @throws as `assign`
   */
  unassign(order: ResourceOrder): Promise<Moved> {
    return this.#moves.move(order, 'resource-unassigned', out(order.principal));
  }

  /** Assigns one after the other; one that cannot be does not hold up the others. */
  async assignMany(
    { ids, ...order }: Omit<ResourceOrder, 'id'> & { ids: readonly string[] },
    collectionId: string,
  ): Promise<Assigned[]> {
    const outcomes: Assigned[] = [];
    for (const id of ids) {
      const outcome = this.assign({ ...order, id }, collectionId);
      outcomes.push(
        await outcome.catch((error: unknown) => {
          if (!(error instanceof Problem)) this.#log.error(described(error), 'a resource was not assigned');
          return { id, problem: toProblem(error) };
        }),
      );
    }
    return outcomes;
  }
}

function into(principal: Principal, id: string): MoveRule {
  const { tenantId, id: person } = principal;
  return async (connection, resource) => {
    const target = await findCollection(connection, { tenantId, id, person }, 'share');
    if (!target || !mayAdd(target, principal)) throw noCollection();
    if (resource.collectionId === id) return undefined;
    requireActive(target);
    await requireOpen(connection, resource, person);
    return { path: await freePath(connection, resource, folderOf(id), true), collectionId: id };
  };
}

function out(principal: Principal): MoveRule {
  const { id: person } = principal;
  return async (connection, resource) => {
    if (resource.collectionId === null) return undefined;
    const { kind, ownerHandle, ownerId } = resource;
    const known =
      Object.entries(resourceKinds).find(([name]) => name === kind)?.[1] ?? resourceKinds.document;
    if (!known.isPrivate && ownerId !== person) requirePermission(principal, 'collection:manage');
    await requireOpen(connection, resource, person);
    const path = await freePath(connection, resource, known.folder(ownerHandle), known.isPrivate);
    return { path, collectionId: null };
  };
}

/** Out of one that is archived nothing is taken. @throws Problem collection-archived */
async function requireOpen(
  connection: TenantConnection,
  { tenantId, collectionId }: MovableResource,
  person: string,
): Promise<void> {
  if (collectionId === null) return;
  const source = await findCollection(connection, { tenantId, id: collectionId, person }, 'share');
  if (source) requireActive(source);
}

/** Under a private folder no name of a file is in the path, as paths are in logs. */
async function freePath(
  connection: TenantConnection,
  { tenantId, path, displayName, contentType, collectionId, kind }: MovableResource,
  folder: string,
  isPrivate: boolean,
): Promise<string> {
  const saysNothing = collectionId !== null || kind === 'document';
  const last = path.slice(path.lastIndexOf('/') + 1);
  const same = `${folder}/${last}`;
  if (isPrivate && saysNothing && !(await isTaken(connection, tenantId, same))) return same;
  return `${folder}/${storedName(isPrivate ? '' : displayName, contentType)}`;
}
