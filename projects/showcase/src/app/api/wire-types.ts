// Made from server/openapi.json by scripts/wire-types.mjs, and never edited: UPDATE_WIRE_TYPES=1 npm test -- wire-types

export interface ResourcePage {
  items: Resource[];
  /**
   * For the next page; null: this is the last
   */
  nextCursor: string | null;
  /**
   * On all pages
   */
  total: number;
}
export interface Resource {
  id: string;
  path: string;
  kind: string;
  owner: string;
  ownerName: string;
  /**
   * Stands for the owner in paths: users/{ownerHandle}/...
   */
  ownerHandle: string;
  displayName: string;
  contentType: string;
  /**
   * Bytes
   */
  size: number;
  createdAt: string;
  status: 'awaiting' | 'uploading' | 'completed' | 'failed' | 'quarantined';
  label: string | null;
  notes: string | null;
  /**
   * Id of the collection it is in
   */
  collection: string | null;
  /**
   * SHA-256 of the bytes, hexadecimal; null: not known yet
   */
  checksum: string | null;
  /**
   * Counts the bytes that were in its place
   */
  version: number;
  /**
   * For If-Match: counts the edits of the metadata
   */
  revision: number;
  updatedAt: string;
  /**
   * When the bytes that are there now arrived
   */
  uploadedAt: string;
}
