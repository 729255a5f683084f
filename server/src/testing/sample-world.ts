import { EXAMPLE_MOVABLE } from '../collections/assign.examples.ts';
import { EXAMPLE_COLLECTION } from '../collections/examples.ts';
import { insertDeparture } from '../offboarding/departure.store.ts';
import { EXAMPLE_UPLOAD } from '../uploads/examples.ts';
import { newBlobKey } from '../platform/blob-store.ts';
import { EXAMPLE_TUS_UPLOAD } from '../uploads/tus-examples.ts';
import { forTenant } from '../platform/tenant-database.ts';
import { onePixelPng } from './pictures.ts';
import { ada, TestServer, type TestPerson } from './test-server.ts';
import { erased, EXAMPLE_ERASURE, former } from './erased-person.ts';

/** What sample requests may count on: sample people, a public picture, and a private one of everybody. */
export interface SampleWorld {
  server: TestServer;
  /** Epoch of a revocation in the tenant `default`. */
  epoch: number;
  /** An edge `paris`, in the tenant `default`, and what it shows. */
  edge: { id: string; credential: string };
  /** Epoch in which somebody ended the old URLs of the private picture of their own. */
  rotationOf(person: TestPerson): number;
  /** The id of the resource at a path. */
  idOf(path: string): string;
  /** What stands here for a value that examples of the documentation show; what has no such stays as it is. */
  real(shown: string): string;
}

/** Whose things are not the caller's own. */
export const stranger: TestPerson = { id: 'grace', name: 'Grace Hopper', roles: ['tenantMember'] };

/** An owner whom nobody needs: what a sample destroys is this one's. */
export const leaver: TestPerson = { id: 'leaver' };

/** One whose URL is revoked by itself; nobody else's key knows of that. */
const LEAKED_PICTURE = 'public/leaked/picture.png';

/** One whose old URLs nobody needs. */
export const SPARE_PICTURE = 'public/spare/picture.png';

export const PUBLIC_PICTURE = 'public/team/avatar-2.png';

/** The private picture of somebody. */
export const pictureOf = ({ id }: TestPerson): string => `users/${id}/documents/mine.png`;

/** Another private picture of somebody, which may be moved. */
export const movableOf = ({ id }: TestPerson): string =>
  `users/${id.padEnd(22, '_')}/documents/movable-07kq2m9xa1.png`;

/** What may be moved is at its place, or in the collection of its owner. */
export async function movables({ server: { database }, idOf }: SampleWorld, isIn = false): Promise<void> {
  const { rows } = await database.pool.query<{ id: string; owner: string }>(
    `SELECT id, owner_id AS owner FROM resources WHERE display_name = 'movable-07kq2m9xa1.png'`,
  );
  for (const { id, owner } of rows) {
    const collection = collectionOf({ id: owner });
    const home = movableOf({ id: owner });
    if (id !== idOf(home)) continue;
    await database.pool.query(
      `UPDATE resources SET path = $2, collection_id = $3, kind = 'document', content_type = 'image/png' WHERE id = $1`,
      isIn ? [id, `collections/${collection}/movable-07kq2m9xa1.png`, collection] : [id, home, null],
    );
  }
}

/** The collection that somebody looks after; the stranger's is the one that the examples show. */
export const collectionOf = ({ id }: TestPerson): string =>
  id === stranger.id ? EXAMPLE_COLLECTION : `col_of-${id}`;

/** What nobody needs is as the examples count on it. */
export async function freshCollections({ server: { database } }: SampleWorld): Promise<void> {
  await database.pool.query("DELETE FROM collections WHERE external_id = 'SB1029436'");
  await database.pool.query(
    `UPDATE collections SET name = 'Order 1029435', name_key = lower(id), status = 'active', revision = 1`,
  );
  await database.pool.query("DELETE FROM collection_members WHERE member_id = 'hedy'");
}

/** Somebody is in the collection that the examples show, and may be removed. */
export async function removableMember(world: SampleWorld): Promise<void> {
  await freshCollections(world);
  await world.server.database.pool.query(
    `INSERT INTO collection_members (tenant_id, collection_id, member_id, role)
     SELECT tenant_id, id, 'hedy', 'BUY' FROM collections`,
  );
}

/** Somebody's own, with its `ADM`. */
async function addCollection({ database }: TestServer, person: TestPerson): Promise<void> {
  const id = collectionOf(person);
  await database.pool.query(
    `WITH made AS (
       INSERT INTO collections (id, tenant_id, name, name_key, external_id, interested_roles, created_by)
       VALUES ($1, 'default', 'Order 1029435', lower($1), $2, '{sales-desk}', $3) RETURNING id)
     INSERT INTO collection_members (tenant_id, collection_id, member_id, role)
     SELECT 'default', id, $3, 'ADM' FROM made`,
    [id, person.id === stranger.id ? 'SB1029435' : null, person.id],
  );
}

/** @param callers who will call, each with a picture of his own */
export async function startSampleWorld(callers: readonly TestPerson[]): Promise<SampleWorld> {
  const person = { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] };
  const server = await TestServer.start({ samplePeople: [person] });
  await server.addPhoto(PUBLIC_PICTURE, stranger);
  await server.addPhoto(SPARE_PICTURE, leaver);
  await server.addPhoto(LEAKED_PICTURE, { id: 'hedy' });
  for (const person of [stranger, leaver, former, ...callers])
    await server.addPhoto(pictureOf(person), person);
  for (const person of [stranger, ...callers]) {
    await addCollection(server, person);
    await server.addPhoto(movableOf(person), person);
  }
  const { epoch } = await revoked(server);
  const { rows } = await server.database.pool.query<{ path: string; id: string }>(
    "SELECT path, id FROM resources WHERE tenant_id = 'default'",
  );
  const ids = new Map(rows.map(({ path, id }) => [path, id]));
  const idOf = (path: string): string => ids.get(path) ?? `nothing is at ${path}`;
  const rotations = await rotatedPictures(server, [stranger, ...callers], idOf);
  const known = await realValues(server, { epoch, id: idOf(PUBLIC_PICTURE), spare: idOf(SPARE_PICTURE) });
  const real = new Map([
    ...known,
    [EXAMPLE_MOVABLE, idOf(movableOf(stranger))] as const,
    [EXAMPLE_ERASURE, await erased(server, former)],
  ]);
  const world: SampleWorld = {
    ...{
      server,
      epoch,
      rotationOf: ({ id }: TestPerson) => rotations.get(id) ?? 0,
      idOf,
      edge: { id: '', credential: '' },
    },
    real: (shown) => (shown === EXAMPLE_EDGE ? world.edge.id : (real.get(shown) ?? shown)),
  };
  return world;
}

async function rotatedPictures(
  server: TestServer,
  people: readonly TestPerson[],
  idOf: (path: string) => string,
): Promise<ReadonlyMap<string, number>> {
  const epochs = new Map<string, number>();
  for (const person of people) {
    const path = `/api/resources/${idOf(pictureOf(person))}/rotate`;
    const { epoch } = (await (await server.call('POST', path, { as: person })).json()) as { epoch: number };
    epochs.set(person.id, epoch);
  }
  return epochs;
}

/** The id of an edge that examples of the documentation show. */
const EXAMPLE_EDGE = 'EEEEEEEEEEEEEEEEEEEEEA';

/** Makes an edge that has not been used, in place of the one before. */
export async function freshEdge(world: SampleWorld): Promise<void> {
  const { credentials } = world.server.assembly.edges;
  const action = { tenantId: 'default', actor: 'test' };
  for (const { id, revokedAt } of await credentials.list('default')) {
    if (!revokedAt) await credentials.revoke({ ...action, id });
  }
  world.edge = await credentials.add({ ...action, name: 'paris' });
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

/** The upload that the examples show waits for its file, and is somebody else's. */
export async function awaitedUpload(server: TestServer): Promise<void> {
  await begunAs(server, EXAMPLE_UPLOAD, ada, 'post');
}

/** Of everything an older version is kept, and no other. */
export async function keptVersions({ database, assembly }: TestServer): Promise<void> {
  await database.pool.query('DELETE FROM resources WHERE version_of IS NOT NULL');
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM resources');
  for (const { id } of rows) {
    const key = newBlobKey();
    const { sha256 } = await assembly.blobs.put(key, onePixelPng);
    await database.pool.query(
      `INSERT INTO resources (id, tenant_id, path, kind, owner_id, state, display_name, content_type, size, sha256,
                              object_key, version, version_of, uploaded_by)
       SELECT 'res_' || $2, tenant_id, path || '/v1-20261231-231500-07kq2m9xa1.png', kind, owner_id, 'completed',
              display_name, 'image/png', $3, $4, $2, 1, id, owner_id FROM resources WHERE id = $1`,
      [id, key, onePixelPng.length, sha256],
    );
  }
}

/** The resumable upload that the examples show waits for its bytes, and is the caller's. */
export async function tusUpload(server: TestServer, caller: TestPerson): Promise<void> {
  await begunAs(server, EXAMPLE_TUS_UPLOAD, caller, 'tus');
}

async function begunAs(
  { database, assembly }: TestServer,
  uploadId: string,
  { id, name = id }: TestPerson,
  how: 'post' | 'tus',
): Promise<void> {
  await database.pool.query('DELETE FROM uploads WHERE id = $1', [uploadId]);
  const [begun] = await assembly.uploads.intake.begin(
    { tenantId: 'default', id, name },
    [{ name: 'me.png', kind: 'avatar', contentType: 'image/png', size: 70, how }],
    { form: (of) => of, tus: (of) => of },
  );
  if (!begun || begun instanceof Error) throw begun ?? new Error('no upload was begun');
  await database.pool.query('UPDATE uploads SET id = $2 WHERE id = $1', [begun.uploadId, uploadId]);
}

/** No departure is planned. */
export async function nobodyLeaves({ database }: TestServer): Promise<void> {
  await database.pool.query('DELETE FROM departures');
}

/** The departure that the examples show is planned, and no other. */
export async function leaverLeaves(server: TestServer): Promise<void> {
  await nobodyLeaves(server);
  await forTenant(server.database.tenants, 'default', (connection) =>
    insertDeparture(connection, {
      id: 'pQ3vJx0b0kq1uJ9oH2yZ5A',
      tenantId: 'default',
      owner: leaver.id,
      at: new Date('2030-12-31T17:00:00Z'),
      transfer: { to: stranger.id, prefix: 'public/' },
      reason: 'leaves the company',
      requestedBy: 'admin',
    }),
  );
}

/** By what the examples of the features show. */
async function realValues(
  server: TestServer,
  { epoch, id, spare }: { epoch: number; id: string; spare: string },
): Promise<ReadonlyMap<string, string>> {
  const signed = await server.call('POST', '/api/resources/sign', {
    as: ada,
    body: { path: PUBLIC_PICTURE, reason: 'team_member_photo' },
  });
  const { url, signatureId } = (await signed.json()) as { url: string; signatureId: string };
  const again = await server.call('POST', '/api/resources/sign', {
    as: stranger,
    body: { path: LEAKED_PICTURE, reason: 'team_member_photo' },
  });
  const leaked = (await again.json()) as { signatureId: string };
  const part = (name: string): string => new URL(url).searchParams.get(name) ?? '';
  return new Map([
    ['res_Rk3vJx0b0kq1uJ9oH2yZ5A', id],
    ['res_CCCCCCCCCCCCCCCCCCCCCA', spare],
    ['42', String(epoch)],
    ['sig_BBBBBBBBBBBBBBBBBBBBBA', signatureId],
    ['sig_CCCCCCCCCCCCCCCCCCCCCA', leaked.signatureId],
    ['BBBBBBBBBBBBBBBBBBBBBA', part('sid')],
    ['AAAAAAAAAAAAAAAAAAAAAA', part('kid')],
    ['1798761600', part('exp')],
    ['3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', part('sig')],
  ]);
}
