import type { TenantConnection } from '../platform/tenant-database.ts';
import type { CollectionRole } from './collection.ts';

/** Somebody who is in a collection. */
export interface Member {
  /** Principal id. */
  id: string;
  role: CollectionRole;
  addedAt: Date;
}

interface Of {
  tenantId: string;
  collectionId: string;
}

/** Adds members, or gives them another role. @returns ids of those for whom that changed something */
export async function upsertMembers(
  connection: TenantConnection,
  { tenantId, collectionId }: Of,
  members: readonly Pick<Member, 'id' | 'role'>[],
): Promise<Set<string>> {
  const { rows } = await connection.query<{ id: string }>(
    `INSERT INTO collection_members AS m (tenant_id, collection_id, member_id, role)
     SELECT $1, $2, id, role FROM unnest($3::text[], $4::text[]) AS new(id, role) ORDER BY id
     ON CONFLICT (tenant_id, collection_id, member_id) DO UPDATE SET role = excluded.role WHERE m.role <> excluded.role
     RETURNING member_id AS id`,
    [tenantId, collectionId, members.map(({ id }) => id), members.map(({ role }) => role)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** @returns whether it was one */
export async function deleteMember(
  connection: TenantConnection,
  { tenantId, collectionId }: Of,
  member: string,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    'DELETE FROM collection_members WHERE tenant_id = $1 AND collection_id = $2 AND member_id = $3',
    [tenantId, collectionId, member],
  );
  return rowCount === 1;
}

/** @returns how many members there are */
export async function countMembers(
  connection: TenantConnection,
  { tenantId, collectionId }: Of,
): Promise<number> {
  const { rows } = await connection.query<{ total: number }>(
    'SELECT count(*)::int AS total FROM collection_members WHERE tenant_id = $1 AND collection_id = $2',
    [tenantId, collectionId],
  );
  return rows[0]?.total ?? 0;
}

/** @returns one page in the order of ids, and how many there are in all */
export async function listMembers(
  connection: TenantConnection,
  { tenantId, collectionId, after, limit }: Of & { after: string | undefined; limit: number },
): Promise<{ items: Member[]; total: number }> {
  const total = await countMembers(connection, { tenantId, collectionId });
  const page = await connection.query<Member>(
    `SELECT member_id AS id, role, added_at AS "addedAt" FROM collection_members
      WHERE tenant_id = $1 AND collection_id = $2 AND member_id COLLATE "C" > $3 ORDER BY member_id COLLATE "C" LIMIT $4`,
    [tenantId, collectionId, after ?? '', limit],
  );
  return { items: page.rows, total };
}

/** @returns ids of collections that this person was a member of, at most so many, and is no more */
export async function removeSome(
  connection: TenantConnection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
  most: number,
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `DELETE FROM collection_members WHERE tenant_id = $1 AND member_id = $2 AND collection_id IN (
       SELECT collection_id FROM collection_members WHERE tenant_id = $1 AND member_id = $2
        ORDER BY collection_id LIMIT $3 FOR UPDATE)
     RETURNING collection_id AS id`,
    [tenantId, ownerId, most],
  );
  return rows.map(({ id }) => id);
}

/** @returns of how many collections this person was a member */
export async function removeEverywhere(
  connection: TenantConnection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
): Promise<number> {
  const { rowCount } = await connection.query(
    'DELETE FROM collection_members WHERE tenant_id = $1 AND member_id = $2',
    [tenantId, ownerId],
  );
  return rowCount ?? 0;
}
