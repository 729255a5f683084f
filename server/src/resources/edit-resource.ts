import { writeEvent } from '../audit/event.store.ts';
import { requirePermission, type Principal } from '../identity/principal.ts';
import type { ChangeKind } from '../leases/change.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { notFound, Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { mayChange } from './change-resource.ts';
import { lockResource, type LockedResource } from './change.store.ts';
import { editResource, findRevision, type MetadataEdit } from './edit.store.ts';

/** 412 `changed-meanwhile`. */
const changedMeanwhile = (revision: number): Problem =>
  new Problem(
    412,
    'changed-meanwhile',
    'Somebody has changed it meanwhile',
    `It is at revision ${revision} now: read it again, and send that in If-Match.`,
  );

/** 409 `status-not-possible`. */
const statusNotPossible = (from: string, to: string): Problem =>
  new Problem(
    409,
    'status-not-possible',
    'The resource cannot get this status',
    to === 'completed'
      ? `It is ${from}. Only bytes that were examined are completed: POST /resources/{id}/complete ends an upload, POST /resources/{id}/release a quarantine.`
      : `It is ${from}, from which it cannot become ${to}.`,
  );

/** From which statuses an administrator may set one. Nobody says by hand that bytes are as they should be. */
const STATUS_FROM: Readonly<Record<NonNullable<MetadataEdit['status']>, readonly LockedResource['state'][]>> =
  {
    completed: [],
    failed: ['awaiting', 'uploading'],
    quarantined: ['completed'],
  };

/** What is to be written, and who says so. */
export interface EditOrder {
  principal: Principal;
  /** Of the resource. */
  id: string;
  edit: MetadataEdit;
  /** Only if the resource is at this revision still. */
  revision?: number | undefined;
}

/** Changes what is known of a resource, but neither its bytes nor its path. */
export class ResourceEdits {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;

  constructor(db: TenantDatabase, receipts: Receipts) {
    this.#db = db;
    this.#receipts = receipts;
  }

  /**
   * Owners write label, notes and name of what is theirs; others, and a status, need `resource:edit`. Quarantine ends the
   * old URLs.
   *
   * @returns the receipt of what ended URLs; undefined: nothing did
   * @throws Problem not-found, forbidden, owner-revoked, changed-meanwhile, status-not-possible
   */
  async edit({ principal, id, edit, revision }: EditOrder): Promise<Settling | undefined> {
    const { tenantId } = principal;
    const change = changeOf(edit);
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const found = await lockResource(connection, tenantId, id);
      const resource = mayChange(principal, found, 'resource:edit');
      const now = await findRevision(connection, resource);
      if (!now) throw notFound('There is no such resource.');
      if (edit.status !== undefined) requirePermission(principal, 'resource:edit');
      if (revision !== undefined && revision !== now.revision) throw changedMeanwhile(now.revision);
      requirePossible(resource, edit);
      await editResource(connection, resource, edit, change === 'path-quarantined');
      const { path, ownerId } = resource;
      await writeEvent(connection, {
        ...{ event: 'resource-edited', tenantId, path, resourceId: id, actor: principal.id, owner: ownerId },
        reason: changedFields(edit),
      });
      return change && advanceEpoch(connection, { tenantId, change, paths: [path], ownerId, subject: id });
    });
    if (epoch === undefined) return undefined;
    const settling = { epoch, receipt: this.#receipts.settle(epoch) };
    if (change === 'path-quarantined') return settling;
    // Nobody waits until every holder knows a new name.
    void settling.receipt.catch(() => undefined);
    return undefined;
  }
}

/** Names and statuses are what holders remember; label and notes are not. */
function changeOf({ status, displayName }: MetadataEdit): ChangeKind | undefined {
  if (status === 'quarantined') return 'path-quarantined';
  return status !== undefined || displayName !== undefined ? 'path-recreated' : undefined;
}

function requirePossible({ state }: LockedResource, { status }: MetadataEdit): void {
  if (status === undefined || status === state) return;
  if (!STATUS_FROM[status].includes(state)) throw statusNotPossible(state, status);
}

/** For the audit: which, and of texts never what they say. */
function changedFields({ status, ...texts }: MetadataEdit): string {
  const names = Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [name]));
  return [...names, ...(status === undefined ? [] : [`status=${status}`])].join(', ');
}
