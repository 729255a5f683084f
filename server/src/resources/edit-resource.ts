import { writeEvent } from '../audit/event.store.ts';
import { requirePermission, type Principal } from '../identity/principal.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts } from '../leases/receipts.ts';
import { notFound, Problem } from '../platform/problem.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { requireRevision } from './expected-revision.ts';
import { mayChange } from './may-change.ts';
import type { AfterCommit, OpenUploads } from './open-uploads.ts';
import { lockResource, type LockedResource } from './change.store.ts';
import { editResource, findRevision, type MetadataEdit } from './edit.store.ts';

/** Which call does what nobody sets by hand. */
const INSTEAD: Readonly<Partial<Record<NonNullable<MetadataEdit['status']>, string>>> = {
  completed:
    'Only bytes that were examined are completed: POST /resources/{id}/complete ends an upload, POST /resources/{id}/release a quarantine.',
  quarantined: 'POST /resources/{id}/quarantine ends its URLs and says why.',
};

/** 409 `status-not-possible`. */
const statusNotPossible = (from: string, to: NonNullable<MetadataEdit['status']>): Problem =>
  new Problem(
    409,
    'status-not-possible',
    'The resource cannot get this status',
    `It is ${from}. ${INSTEAD[to] ?? `From that it cannot become ${to}.`}`,
  );

/** From which statuses an administrator may set one. Nobody says by hand that bytes are as they should be. */
const STATUS_FROM: Readonly<Record<NonNullable<MetadataEdit['status']>, readonly LockedResource['state'][]>> =
  {
    completed: [],
    failed: ['awaiting', 'uploading'],
    quarantined: [],
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
  readonly #uploads: OpenUploads;

  constructor(db: TenantDatabase, receipts: Receipts, uploads: OpenUploads) {
    this.#db = db;
    this.#receipts = receipts;
    this.#uploads = uploads;
  }

  /**
   * Owners write label, notes and name of what is theirs; others, and a status, need `resource:edit`. No URL ends; what
   * fails takes no more bytes, and has none when this is done.
   *
   * @throws Problem not-found, forbidden, owner-revoked, changed-meanwhile, status-not-possible
   */
  async edit({ principal, id, edit, revision }: EditOrder): Promise<void> {
    const { tenantId } = principal;
    let afterCommit: AfterCommit | undefined;
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      const found = await lockResource(connection, tenantId, id);
      const resource = await mayChange(connection, principal, found, 'resource:edit');
      const now = await findRevision(connection, resource);
      if (!now) throw notFound('There is no such resource.');
      if (edit.status !== undefined) requirePermission(principal, 'resource:edit');
      requireRevision(revision, now);
      requirePossible(resource, edit);
      await editResource(connection, resource, edit);
      if (edit.status === 'failed') afterCommit = await this.#uploads.giveUp(connection, tenantId, id);
      const { path, ownerId } = resource;
      await writeEvent(connection, {
        ...{ event: 'resource-edited', tenantId, path, resourceId: id, actor: principal.id, owner: ownerId },
        reason: changedFields(edit),
      });
      if (!isRemembered(edit)) return undefined;
      const change = { tenantId, change: 'path-recreated', paths: [path], ownerId, subject: id } as const;
      return advanceEpoch(connection, change);
    });
    // Nobody waits until every holder knows a new name.
    if (epoch !== undefined) void this.#receipts.settle(epoch).catch(() => undefined);
    await afterCommit?.();
  }
}

/** Names and statuses are what holders remember; label and notes are not. */
const isRemembered = ({ status, displayName }: MetadataEdit): boolean =>
  status !== undefined || displayName !== undefined;

function requirePossible({ state }: LockedResource, { status }: MetadataEdit): void {
  if (status === undefined || status === state) return;
  if (!STATUS_FROM[status].includes(state)) throw statusNotPossible(state, status);
}

/** For the audit: which, and of texts never what they say. */
function changedFields({ status, ...texts }: MetadataEdit): string {
  const names = Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [name]));
  return [...names, ...(status === undefined ? [] : [`status=${status}`])].join(', ');
}
