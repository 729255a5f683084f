import { z } from 'zod';
import type { ListedResource } from './list.store.ts';

/** A resource as the API shows it. */
export const resourceBody = z
  .object({
    id: z.string(),
    path: z.string(),
    kind: z.string(),
    owner: z.string(),
    ownerName: z.string(),
    ownerHandle: z.string().describe('Stands for the owner in paths: users/{ownerHandle}/...'),
    displayName: z.string(),
    contentType: z.string(),
    size: z.number().int().describe('Bytes'),
    createdAt: z.iso.datetime(),
    status: z.enum(['awaiting', 'uploading', 'completed', 'failed', 'quarantined']),
    label: z.string().nullable(),
    notes: z.string().nullable(),
    collection: z.string().nullable().describe('Id of the collection it is in'),
    checksum: z.string().nullable().describe('SHA-256 of the bytes, hexadecimal; null: not known yet'),
    durationMs: z
      .number()
      .int()
      .nullable()
      .describe('Length of a film or a sound, milliseconds; null: not known'),
    version: z.number().int().describe('Counts the bytes that were in its place'),
    revision: z.number().int().describe('For If-Match: counts the edits of the metadata'),
    updatedAt: z.iso.datetime(),
    uploadedAt: z.iso.datetime().describe('When the bytes that are there now arrived'),
  })
  .meta({ id: 'Resource' });

/** @returns the resource as the API shows it */
export function toBody(resource: ListedResource): z.output<typeof resourceBody> {
  const { id, path, kind, ownerName, ownerHandle, displayName, label, notes, version, revision } = resource;
  return {
    ...{ id, path, kind, owner: resource.ownerId, ownerName, ownerHandle, displayName },
    contentType: resource.contentType ?? 'application/octet-stream',
    size: resource.size ?? 0,
    createdAt: resource.createdAt.toISOString(),
    ...{ status: resource.state, label, notes, collection: resource.collectionId },
    checksum: resource.sha256?.toString('hex') ?? null,
    ...{ durationMs: resource.durationMs, version, revision },
    updatedAt: resource.updatedAt.toISOString(),
    uploadedAt: resource.uploadedAt.toISOString(),
  };
}
