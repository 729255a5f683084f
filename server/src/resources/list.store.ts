import { countingSome, totalOf, type Total } from '../platform/counted.store.ts';
import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { usualDirection, type ListOrder, type ListPosition, type ListSort } from './list-cursor.ts';
import { nameKey } from './name-key.ts';
import type { Resource } from './resource.ts';

/** A resource as lists show it; what is not known of its bytes yet is null. */
export interface ListedResource extends Omit<Resource, 'contentType' | 'size' | 'sha256' | 'objectKey'> {
  contentType: string | null;
  size: number | null;
  sha256: Buffer | null;
  label: string | null;
  notes: string | null;
  /** Length of a film or a sound, milliseconds. */
  durationMs: number | null;
  /** Counts what is changed of the row. */
  revision: number;
  updatedAt: Date;
  /** When the bytes that are there now arrived. */
  uploadedAt: Date;
  ownerName: string;
  ownerHandle: string;
}

/** Whoever does not see everything. */
export interface Viewer {
  id: string;
  /** Ids of the collections that let them see what is in there. */
  collections: readonly string[];
}

const LISTED = `r.id, r.tenant_id AS "tenantId", r.path, r.kind, r.owner_id AS "ownerId", r.state,
  r.display_name AS "displayName", r.content_type AS "contentType", r.size, r.sha256, r.version, r.rotation,
  r.created_at AS "createdAt", r.collection_id AS "collectionId", r.label, r.notes, r.revision,
  r.duration_ms AS "durationMs",
  r.updated_at AS "updatedAt", coalesce(r.uploaded_at, r.created_at) AS "uploadedAt",
  o.display_name AS "ownerName", o.handle AS "ownerHandle"`;

/** @returns the resource of this id or at this path, whatever its state */
export async function findResource(
  db: TenantDatabase,
  tenantId: string,
  at: { id: string } | { path: string },
): Promise<ListedResource | undefined> {
  const [column, value] = 'id' in at ? ['id', at.id] : ['path', at.path];
  const { rows } = await readForTenant(db, tenantId, (connection) =>
    connection.query<ListedResource>(
      `SELECT ${LISTED} FROM resources r JOIN owners o USING (tenant_id, owner_id)
        WHERE r.tenant_id = $1 AND r.${column} = $2`,
      [tenantId, value],
    ),
  );
  return rows[0];
}

/**
 * @returns ids of the collections that somebody is a member of, or whose interested roles he has; none for whoever was
 *   revoked, whose token may be good for a while
 */
export async function collectionsOf(
  connection: TenantConnection,
  { tenantId, id, roles }: { tenantId: string; id: string; roles: readonly string[] },
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `SELECT id FROM (
       SELECT collection_id AS id FROM collection_members WHERE tenant_id = $1 AND member_id = $2
       UNION SELECT collection_id FROM collection_roles WHERE tenant_id = $1 AND role = ANY($3::text[])) AS theirs
      WHERE NOT EXISTS (SELECT FROM owners WHERE tenant_id = $1 AND owner_id = $2 AND status = 'revoked')`,
    [tenantId, id, roles],
  );
  return rows.map((row) => row.id);
}

/** Which resources a list shows; what is undefined restricts nothing. */
export interface ResourceFilter extends ListSort {
  tenantId: string;
  viewer: Viewer | undefined;
  /** Paths that start so. */
  prefix?: string | undefined;
  owner?: string | undefined;
  collection?: string | undefined;
  kind?: string | undefined;
  /** A media type, or all of a family: `image/*`. */
  type?: string | undefined;
  state: Resource['state'];
  createdFrom?: string | undefined;
  /** Not this moment itself. */
  createdTo?: string | undefined;
  /** Part of the name. */
  search?: string | undefined;
  after: ListPosition | undefined;
  limit: number;
}

/** What lies in it everybody of the tenant may see once it is complete. */
export const PUBLIC_FOLDER = 'public/';

/** What each order sorts by, and how it is written into a cursor. */
const ORDERS: Readonly<Record<ListOrder, { by: string; type: string; text: string }>> = {
  path: { by: 'r.path', type: 'text', text: 'r.path' },
  name: { by: 'r.name_key', type: 'text', text: 'r.name_key' },
  size: { by: 'r.size', type: 'bigint', text: 'r.size::text' },
  newest: {
    by: 'r.created_at',
    type: 'timestamptz',
    text: `to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  },
};

// With coalesce, row level security keeps PostgreSQL from beginning at the cursor's place of the index.
const UNSURE_SIZE = { ...ORDERS.size, by: 'coalesce(r.size, 0)', text: 'coalesce(r.size, 0)::text' };

/** What is not complete may not know its size yet. */
const orderOf = ({ sort, state }: ResourceFilter) =>
  sort === 'size' && state !== 'completed' ? UNSURE_SIZE : ORDERS[sort];

/** @returns one page, each with what it was sorted by, and how many there are in all */
export async function listResources(
  connection: TenantConnection,
  filter: ResourceFilter,
): Promise<{ items: (ListedResource & { key: string })[] } & Total> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const where = conditions(filter, parameter).join(' AND ');
  const count = await connection.query<{ total: number }>(
    countingSome(`SELECT FROM resources r WHERE ${where}`),
    [...values],
  );
  const { by, type, text } = orderOf(filter);
  const down = (filter.direction ?? usualDirection(filter.sort)) === 'desc';
  const [compare, direction] = down ? ['<', 'DESC'] : ['>', 'ASC'];
  const { after } = filter;
  const rest = after
    ? ` AND (${by}, r.id) ${compare} (${parameter(after.key)}::${type}, ${parameter(after.id)})`
    : '';
  // Sorted and cut before the names of the owners are looked up.
  const page = await connection.query<ListedResource & { key: string }>(
    `SELECT ${LISTED}, ${text} AS key FROM (
       SELECT * FROM resources r WHERE ${where}${rest}
        ORDER BY ${by} ${direction}, r.id ${direction} LIMIT ${parameter(filter.limit)}) r
      JOIN owners o USING (tenant_id, owner_id) ORDER BY ${by} ${direction}, r.id ${direction}`,
    values,
  );
  return { items: page.rows, ...totalOf(count.rows[0]?.total) };
}

/** Only what is asked for, so that the planner sees which index fits. */
function conditions(filter: ResourceFilter, parameter: (value: unknown) => string): string[] {
  const { viewer, prefix, owner, collection, kind, type, createdFrom, createdTo, search } = filter;
  const all = [
    `r.tenant_id = ${parameter(filter.tenantId)}`,
    `r.state = ${parameter(filter.state)}`,
    'r.version_of IS NULL',
  ];
  if (prefix) all.push(`starts_with(r.path, ${parameter(prefix)})`);
  if (owner !== undefined) all.push(`r.owner_id = ${parameter(owner)}`);
  if (collection !== undefined) all.push(`r.collection_id = ${parameter(collection)}`);
  if (kind !== undefined) all.push(`r.kind = ${parameter(kind)}`);
  if (type?.endsWith('/*')) all.push(`starts_with(r.content_type, ${parameter(type.slice(0, -1))})`);
  else if (type !== undefined) all.push(`r.content_type = ${parameter(type)}`);
  if (createdFrom !== undefined) all.push(`r.created_at >= ${parameter(createdFrom)}::timestamptz`);
  if (createdTo !== undefined) all.push(`r.created_at < ${parameter(createdTo)}::timestamptz`);
  if (search) all.push(`strpos(r.name_key, ${parameter(nameKey(search))}) > 0`);
  if (viewer) {
    const theirs = [`r.owner_id = ${parameter(viewer.id)}`];
    // What is not complete is its owner's business alone.
    if (filter.state === 'completed') {
      theirs.push(`starts_with(r.path, '${PUBLIC_FOLDER}')`);
      if (viewer.collections.length > 0) {
        theirs.push(`r.collection_id = ANY(${parameter(viewer.collections)})`);
      }
    }
    all.push(`(${theirs.join(' OR ')})`);
  }
  return all;
}
