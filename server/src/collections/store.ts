import { countingSome, totalOf, type Total } from '../platform/counted.store.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { nameKey } from '../resources/name-key.ts';
import type { Collection, SeenCollection } from './collection.ts';

const UNIQUE_VIOLATION = '23505';

const columns = (
  person: string,
): string => `c.id, c.tenant_id AS "tenantId", c.name, c.external_id AS "externalId",
  c.interested_roles AS "interestedRoles", c.status, c.revision, c.created_by AS "createdBy",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt",
  (SELECT m.role FROM collection_members m
    WHERE m.tenant_id = c.tenant_id AND m.collection_id = c.id AND m.member_id = ${person}) AS "memberRole",
  EXISTS (SELECT FROM owners o
    WHERE o.tenant_id = c.tenant_id AND o.owner_id = ${person} AND o.status = 'revoked') AS "isRevoked"`;

/** @returns false when the tenant has another one of this external id */
export async function insertCollection(
  connection: TenantConnection,
  {
    id,
    tenantId,
    name,
    externalId,
    interestedRoles,
    createdBy,
  }: Pick<Collection, 'id' | 'tenantId' | 'name' | 'externalId' | 'interestedRoles' | 'createdBy'>,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO collections (id, tenant_id, name, name_key, external_id, interested_roles, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, external_id) DO NOTHING`,
    [id, tenantId, name, nameKey(name), externalId, interestedRoles, createdBy],
  );
  return rowCount === 1;
}

/** @param createdBy only theirs @returns how many collections the tenant has, counted to `most` */
export async function countCollections(
  connection: TenantConnection,
  { tenantId, createdBy, most }: { tenantId: string; createdBy?: string; most: number },
): Promise<number> {
  const { rows } = await connection.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (
       SELECT FROM collections WHERE tenant_id = $1 ${createdBy === undefined ? '' : 'AND created_by = $3'} LIMIT $2) AS found`,
    [tenantId, most, ...(createdBy === undefined ? [] : [createdBy])],
  );
  return rows[0]?.n ?? 0;
}

/** Which collection, and who looks at it. */
export interface Look {
  tenantId: string;
  id: string;
  /** Principal id. */
  person: string;
}

/** @param lock `update`: for who changes it; `share`: so that nobody archives it meanwhile */
export async function findCollection(
  connection: TenantConnection,
  { tenantId, id, person }: Look,
  lock?: 'update' | 'share',
): Promise<SeenCollection | undefined> {
  const { rows } = await connection.query<SeenCollection>(
    `SELECT ${columns('$3')} FROM collections c WHERE c.tenant_id = $1 AND c.id = $2
       ${lock ? `FOR ${lock} OF c` : ''}`,
    [tenantId, id, person],
  );
  return rows[0];
}

/** Which collections a list shows; what is undefined restricts nothing. */
export interface CollectionFilter {
  tenantId: string;
  person: string;
  /** Only these, by id; undefined: all of the tenant. */
  within: readonly string[] | undefined;
  status?: Collection['status'] | undefined;
  externalId?: string | undefined;
  /** Part of the name. */
  search?: string | undefined;
  after: { key: string; id: string } | undefined;
  limit: number;
}

/** @returns one page in the order of names, each with what it was sorted by, and how many there are in all */
export async function listCollections(
  connection: TenantConnection,
  { tenantId, person, within, status, externalId, search, after, limit }: CollectionFilter,
): Promise<{ items: (SeenCollection & { key: string })[] } & Total> {
  const values: unknown[] = [tenantId];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const all = ['c.tenant_id = $1'];
  if (within) all.push(`c.id = ANY(${parameter(within)})`);
  if (status !== undefined) all.push(`c.status = ${parameter(status)}`);
  if (externalId !== undefined) all.push(`c.external_id = ${parameter(externalId)}`);
  if (search) all.push(`strpos(c.name_key, ${parameter(nameKey(search))}) > 0`);
  const where = all.join(' AND ');
  const count = await connection.query<{ total: number }>(
    countingSome(`SELECT FROM collections c WHERE ${where}`),
    values,
  );
  const rest = after ? ` AND (c.name_key, c.id) > (${parameter(after.key)}, ${parameter(after.id)})` : '';
  const page = await connection.query<SeenCollection & { key: string }>(
    `SELECT ${columns(parameter(person))}, c.name_key AS key FROM collections c WHERE ${where}${rest}
      ORDER BY c.name_key, c.id LIMIT ${parameter(limit)}`,
    values,
  );
  return { items: page.rows, ...totalOf(count.rows[0]?.total) };
}

/** What is to be changed; undefined stays as it is. */
export type CollectionEdit = {
  [K in 'name' | 'externalId' | 'interestedRoles' | 'status']?: Collection[K] | undefined;
};

/** @returns false when the tenant has another one of this external id: the transaction is over then */
export async function updateCollection(
  connection: TenantConnection,
  { tenantId, id }: Pick<Collection, 'tenantId' | 'id'>,
  { name, externalId, interestedRoles, status }: CollectionEdit,
): Promise<boolean> {
  try {
    await connection.query(
      `UPDATE collections SET revision = revision + 1, updated_at = now(),
              name = coalesce($3, name), name_key = coalesce($4, name_key),
              external_id = CASE WHEN $5 THEN $6 ELSE external_id END,
              interested_roles = coalesce($7, interested_roles), status = coalesce($8, status)
        WHERE tenant_id = $1 AND id = $2`,
      [
        ...[tenantId, id, name ?? null, name === undefined ? null : nameKey(name)],
        ...[externalId !== undefined, externalId ?? null, interestedRoles ?? null, status ?? null],
      ],
    );
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** @returns of how many collections nobody knows any more who made them */
export async function forgetCreator(
  connection: TenantConnection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
): Promise<number> {
  const { rowCount } = await connection.query(
    'UPDATE collections SET created_by = NULL WHERE tenant_id = $1 AND created_by = $2',
    [tenantId, ownerId],
  );
  return rowCount ?? 0;
}
