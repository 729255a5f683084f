import type { Resource } from '../api/resource.ts';
import type { Resource as WholeResource } from '../api/wire-types.ts';

/** One transparent pixel, so that an image loads without a server. */
export const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** A team photo of Ada's, unless `changes` say otherwise. */
export function samplePhoto(changes: Partial<Resource> = {}): Resource {
  return {
    id: 'resource-2',
    path: 'public/team/avatar-2.jpg',
    kind: 'teamPhoto',
    owner: 'ada',
    ownerName: 'Ada',
    ownerHandle: 'ada',
    displayName: 'Beatriz Lima',
    contentType: 'image/jpeg',
    size: 45_000,
    createdAt: '2026-11-21T12:00:00.000Z',
    ...changes,
  };
}

/** A contract of Ada's, with everything that is known of it, unless `changes` say otherwise. */
export function sampleDocument(changes: Partial<WholeResource> = {}): WholeResource {
  return {
    ...samplePhoto({
      ...{ id: 'res_1', path: 'users/ada/documents/contract.pdf', kind: 'document', displayName: 'Contract' },
      ...{ contentType: 'application/pdf', size: 984 },
    }),
    ...{ status: 'completed', label: null, notes: null, collection: null, checksum: null },
    ...{ durationMs: null, version: 1, revision: 1 },
    updatedAt: '2026-11-21T12:00:00.000Z',
    uploadedAt: '2026-11-21T12:00:00.000Z',
    ...changes,
  };
}

/** A signed URL in form; nobody answers it. */
export function sampleSignedUrl(path: string, sid = 'S'.repeat(22)): string {
  return `https://cdn.example.com/${path}?sig=${'s'.repeat(43)}&exp=1795269900&kid=${'K'.repeat(22)}&sid=${sid}`;
}
