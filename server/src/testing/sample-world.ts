import { TestServer, type TestPerson } from './test-server.ts';

/** What sample requests may count on: sample people, a public picture, and a private one of everybody. */
export interface SampleWorld {
  server: TestServer;
  /** Epoch of a revocation in the tenant `default`. */
  epoch: number;
  /** The id of the resource at a path. */
  idOf(path: string): string;
}

/** Whose things are not the caller's own. */
export const stranger: TestPerson = { id: 'grace', roles: ['tenantMember'] };

/** An owner whom nobody needs: what a sample destroys is this one's. */
export const leaver: TestPerson = { id: 'leaver' };

export const PUBLIC_PICTURE = 'public/team/grace.png';

/** The private picture of somebody. */
export const pictureOf = ({ id }: TestPerson): string => `users/${id}/documents/mine.png`;

/** @param callers who will call, each with a picture of his own */
export async function startSampleWorld(callers: readonly TestPerson[]): Promise<SampleWorld> {
  const ada = { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] };
  const server = await TestServer.start({ samplePeople: [ada] });
  await server.addPhoto(PUBLIC_PICTURE, stranger);
  for (const person of [stranger, leaver, ...callers]) await server.addPhoto(pictureOf(person), person);
  const { epoch } = await revoked(server);
  const { rows } = await server.database.pool.query<{ path: string; id: string }>(
    "SELECT path, id FROM resources WHERE tenant_id = 'default'",
  );
  const ids = new Map(rows.map(({ path, id }) => [path, id]));
  return { server, epoch, idOf: (path) => ids.get(path) ?? `nothing is at ${path}` };
}

/** Revokes `leaver`, who may be already. */
export async function revoked(server: TestServer): Promise<{ epoch: number }> {
  const { epoch, receipt } = await server.assembly.ownerKeys.revokeSignatureKey({
    tenantId: 'default',
    ownerId: leaver.id,
    actor: 'test',
  });
  await receipt;
  return { epoch };
}
