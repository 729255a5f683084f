import { BlobNotFoundError, type BlobStore } from '../platform/blob-store.ts';
import type { ItemToDelete } from './erasure-items.store.ts';

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
