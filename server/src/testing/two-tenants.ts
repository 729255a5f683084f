import { randomId } from '../platform/ids.ts';
import { listCursor } from '../resources/list-cursor.ts';
import { pngOf } from './pictures.ts';
import { erased } from './erased-person.ts';
import type { TenantIds } from './tenant-probes.ts';
import { TestServer, type TestPerson } from './test-server.ts';

/** May do everything there is, in the tenant `default`. */
export const ours: TestPerson = { id: 'admin', roles: ['globalAdmin'] };
/** The same in another tenant. */
export const rival: TestPerson = { id: 'admin', roles: ['globalAdmin'], tenantId: 'rivals' };

/** An owner that both tenants have, and a path that both have, with other bytes. */
export const TWIN = 'twin';
export const TWIN_PATH = 'public/team/twin.png';
export const twinBytes = { ours: pngOf(100), rivals: pngOf(200) };

/** How many resources the tenant `default` has. */
export const OUR_RESOURCES = 3;

/** One server, two tenants. */
export interface TwoTenants {
  server: TestServer;
  /** What the rivals have. */
  theirs: TenantIds;
  /** Of the same form, and nobody's. */
  nobodys: TenantIds;
  /** A URL that the rivals had signed, for their public path. */
  theirUrl: string;
  /** What we read, by path under `/api`, when there were no rivals yet. */
  alone: Readonly<Record<string, unknown>>;
}

/** Starts it, with something of every kind in both. Ours is older than theirs, and no path of ours lies between two of theirs. */
export async function startTwoTenants(): Promise<TwoTenants> {
  const person = { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] };
  const server = await TestServer.start({ samplePeople: [person] });
  await server.addPhoto('public/team/a.png', { id: 'ada' });
  await server.addPhoto('users/ada/documents/a.png', { id: 'ada' });
  await server.addPhoto(TWIN_PATH, { id: TWIN }, twinBytes.ours);
  await server.sign('public/team/a.png', ours);
  const alone = await readAlone(server);

  const tenantId = 'rivals';
  const eve = { id: 'rival-eve', tenantId, roles: ['tenantMember'] };
  const publicPath = 'public/team/rival-eve.png';
  const path = 'users/rival-eve/documents/a.png';
  await server.addPhoto(publicPath, eve);
  await server.addPhoto('public/team/rival-fay.png', eve);
  await server.addPhoto(path, eve);
  await server.addPhoto('public/spare/rival.png', eve);
  await server.addPhoto('users/rival-eve/movable.png', eve);
  await server.addPhoto('public/kept/rival.png', eve);
  await server.database.pool.query(
    "UPDATE resources SET state = 'quarantined' WHERE path = 'public/kept/rival.png'",
  );
  await server.addPhoto(TWIN_PATH, { id: TWIN, tenantId }, twinBytes.rivals);
  await server.addPhoto('public/team/rival-twin.png', { id: TWIN, tenantId });
  await server.database.pool.query("UPDATE owners SET display_name = 'Not ours' WHERE tenant_id = 'rivals'");
  await read(server, 'POST', `/owners/${TWIN}/revoke`);
  await read(server, 'POST', `/owners/${TWIN}/reinstate`);
  await server.addPhoto('public/team/rival-mal.png', { id: 'rival-mal', tenantId });
  const { epoch } = await read<{ epoch: number }>(server, 'POST', '/owners/rival-mal/revoke');
  await server.addPhoto('public/team/rival-gone.png', { id: 'rival-gone', tenantId });
  const ended = `sig_${new URL(await server.sign('public/team/rival-fay.png', eve)).searchParams.get('sid')}`;
  await read(server, 'POST', `/signatures/${ended}/revoke`, rival, { reason: 'seen elsewhere' });
  const erasureId = await erased(server, { id: 'rival-gone', tenantId });
  const theirUrl = await server.sign(publicPath, eve);
  await server.sign(path, eve);
  await (await fetch(theirUrl)).arrayBuffer();
  // Deliveries reach the table later than they are answered.
  await server.auditRows('delivery');

  const { items } = await read<{ items: { id: string }[] }>(server, 'GET', `/resources?prefix=${path}`);
  const spare = await read<{ items: { id: string }[] }>(server, 'GET', '/resources?prefix=public/spare/');
  const movable = await read<{ items: { id: string }[] }>(
    server,
    'GET',
    '/resources?prefix=users/rival-eve/movable',
  );
  const kept = await read<{ items: { id: string }[] }>(server, 'GET', '/quarantine');
  const signed = await read<{ items: { signatureId: string }[] }>(
    server,
    'GET',
    `/audit/logs?event=issuance&path=${path}`,
  );
  const audit = async (limit: number) =>
    (await read<{ nextCursor: string }>(server, 'GET', `/audit/logs?limit=${limit}`)).nextCursor;
  const { id: edgeId } = await read<{ id: string }>(server, 'POST', '/edges', rival, { name: 'rome' });
  const planned = await server.call('POST', '/api/departures', {
    as: rival,
    body: { owner: 'rival-eve', at: '2030-12-31T18:00:00Z' },
  });
  const { id: departureId } = (await planned.json()) as { id: string };
  const { uploadId } = await read<{ uploadId: string }>(server, 'POST', '/resources/uploads', rival, {
    ...{ name: 'a.png', kind: 'avatar', contentType: 'image/png', size: 70 },
  });
  const { id: collectionId } = await read<{ id: string }>(server, 'POST', '/collections', rival, {
    name: 'Order of the rivals',
  });
  await server.database.pool.query('UPDATE collections SET external_id = id');
  await read(server, 'POST', `/collections/${collectionId}/members`, rival, {
    members: [{ id: 'rival-eve', role: 'BUY' }],
  });
  const begin = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: 70, how: 'tus' };
  const resumable = async (): Promise<string> =>
    (await read<{ uploadId: string }>(server, 'POST', '/resources/uploads', rival, begin)).uploadId;
  const theirs: TenantIds = {
    collectionId,
    uploadId,
    tusUploadId: await resumable(),
    spareTusUploadId: await resumable(),
    departureId,
    owner: 'rival-eve',
    revokedOwner: 'rival-mal',
    path,
    publicPath,
    resourceId: items[0]!.id,
    spareId: spare.items[0]!.id,
    movableId: movable.items[0]!.id,
    keptId: kept.items[0]!.id,
    epoch: String(epoch),
    erasureId,
    signatureId: signed.items[0]!.signatureId,
    revokedSignatureId: ended,
    edgeId,
    listCursor: listCursor({ sort: 'path' }, { key: publicPath, id: '' }),
    auditCursor: await audit(1),
  };
  const nobodys: TenantIds = {
    collectionId: `col_${randomId()}`,
    uploadId: randomId(),
    tusUploadId: randomId(),
    spareTusUploadId: randomId(),
    departureId: randomId(),
    owner: 'rival-nil',
    revokedOwner: 'rival-nix',
    path: 'users/rival-nil/documents/a.png',
    publicPath: 'public/team/rival-nil.png',
    resourceId: `res_${randomId()}`,
    spareId: `res_${randomId()}`,
    movableId: `res_${randomId()}`,
    keptId: `res_${randomId()}`,
    epoch: '987654321',
    erasureId: randomId(),
    signatureId: `sig_${randomId()}`,
    revokedSignatureId: `sig_${randomId()}`,
    edgeId: randomId(),
    listCursor: listCursor({ sort: 'path' }, { key: 'public/team/rival-nil.png', id: '' }),
    auditCursor: await audit(3),
  };
  return { server, theirs, nobodys, theirUrl, alone };
}

async function readAlone(server: TestServer): Promise<Record<string, unknown>> {
  const list = await read<{ items: { id: string }[] }>(server, 'GET', '/resources?limit=200', ours);
  const alone: Record<string, unknown> = {};
  for (const path of [
    '/resources?limit=200',
    ...list.items.map(({ id }) => `/resources/${id}`),
    '/owners',
    `/audit/logs?owner=${TWIN}&event=resource-created`,
  ]) {
    alone[path] = await read(server, 'GET', path, ours);
  }
  return alone;
}

async function read<T>(
  server: TestServer,
  method: string,
  path: string,
  as = rival,
  body?: object,
): Promise<T> {
  const response = await server.call(method, `/api${path}`, { as, body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (await response.json()) as T;
}
