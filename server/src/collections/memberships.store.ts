import { arrayLiteral } from '../platform/array-literal.ts';
import type { Connection } from '../platform/database.ts';

/** Is this person in this collection? */
export interface MembershipQuestion {
  tenantId: string;
  collectionId: string;
  person: string;
  /** Of the token. */
  roles: readonly string[];
}

/** @param db acts as `holder` @returns places of the questions whose answer is yes; of whoever was revoked it is no */
export async function whichAreIn(
  db: Connection,
  questions: readonly MembershipQuestion[],
): Promise<Set<number>> {
  const { rows } = await db.query<{ n: number }>({
    name: 'memberships',
    text: `SELECT (q.n - 1)::int AS n
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
               AS q(tenant_id, collection_id, person, roles, n)
            WHERE (EXISTS (SELECT FROM collection_members m
                            WHERE m.tenant_id = q.tenant_id AND m.collection_id = q.collection_id AND m.member_id = q.person)
                OR EXISTS (SELECT FROM collections c
                            WHERE c.id = q.collection_id AND c.tenant_id = q.tenant_id
                              AND c.interested_roles && q.roles::text[]))
              AND NOT EXISTS (SELECT FROM owners o
                               WHERE o.tenant_id = q.tenant_id AND o.owner_id = q.person AND o.status = 'revoked')`,
    values: [
      questions.map(({ tenantId }) => tenantId),
      questions.map(({ collectionId }) => collectionId),
      questions.map(({ person }) => person),
      questions.map(({ roles }) => arrayLiteral(roles)),
    ],
  });
  return new Set(rows.map(({ n }) => n));
}
