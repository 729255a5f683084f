import { derivedFrom } from '../derivatives/store.ts';
import { BlobNotFoundError, type BlobStore } from '../platform/blob-store.ts';
import type { ItemToDelete } from './erasure-items.store.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';

/** @returns ids of the resources whose objects are there, as far as nobody says otherwise, and of those that have none */
export async function thoseThere(blobs: BlobStore, items: readonly ItemToDelete[]): Promise<Set<string>> {
  const there = new Set<string>();
  for (const { resourceId, objectKey } of items) {
    const isThere =
      objectKey === null ||
      (await blobs.head(objectKey).then(
        (found) => found !== undefined,
        () => true,
      ));
    if (isThere) there.add(resourceId);
  }
  return there;
}

/** @returns whether nothing can be read under this key any more */
export async function deleteObject(blobs: BlobStore, key: string): Promise<boolean> {
  try {
    await blobs.delete(key);
    if ((await blobs.head(key)) !== undefined) return false;
    const stream = await blobs.get(key);
    stream.destroy();
    return false;
  } catch (error) {
    return error instanceof BlobNotFoundError;
  }
}

/**
 * Deletes the pictures that were made of an object.
 *
 * @returns their keys; undefined: one cannot be deleted, or somebody has not ended making it
 */
export async function deleteDerived(
  { db, blobs }: { db: TenantDatabase; blobs: BlobStore },
  tenantId: string,
  objectKey: string,
): Promise<string[] | undefined> {
  const derived = await readForTenant(db, tenantId, (connection) => derivedFrom(connection, [objectKey]));
  for (const one of derived) {
    if (one.isUnderWay || !(await deleteObject(blobs, one.objectKey))) return undefined;
  }
  return derived.map((one) => one.objectKey);
}
