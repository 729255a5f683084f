// Made from server/openapi.json by scripts/wire-types.mjs, and never edited: UPDATE_WIRE_TYPES=1 npm test -- wire-types

export interface ListResourcesQuery {
  /**
   * Beginning of the path
   */
  prefix?: string | undefined;
  /**
   * Id of the owner
   */
  owner?: string | undefined;
  /**
   * Id of the collection
   */
  collection?: string | undefined;
  /**
   * Only resources of this kind
   */
  kind?: ('teamPhoto' | 'avatar' | 'galleryPhoto' | 'video' | 'document') | undefined;
  /**
   * Media type, or all of a family: image/*
   */
  type?: string | undefined;
  /**
   * What is not completed is shown to its owner, and with resource:view-all
   */
  status?: ('awaiting' | 'uploading' | 'completed' | 'failed' | 'quarantined') | undefined;
  /**
   * Made at this moment or later
   */
  createdFrom?: string | undefined;
  /**
   * Not this moment itself
   */
  createdTo?: string | undefined;
  /**
   * Part of the name, in upper or lower case
   */
  search?: string | undefined;
  /**
   * newest and size: the newest or largest first
   */
  sort?: ('path' | 'newest' | 'name' | 'size') | undefined;
  /**
   * Left out: desc for newest and size, asc for path and name
   */
  direction?: ('asc' | 'desc') | undefined;
  /**
   * Most on one page
   */
  limit?: number | undefined;
  /**
   * `nextCursor` of the page before, with the same sort and direction
   */
  cursor?: string | undefined;
}
export interface ResourcePage {
  items: Resource[];
  /**
   * For the next page; null: this is the last
   */
  nextCursor: string | null;
  /**
   * On all pages; counted to 10 000
   */
  total: number;
  /**
   * There are more than `total`
   */
  totalIsLowerBound: boolean;
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
   * Length of a film or a sound, milliseconds; null: not known
   */
  durationMs: number | null;
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
export interface ResourceEdit {
  /**
   * A few words; null or blank: none
   */
  label?: (string | null) | undefined;
  /**
   * Text of several lines; null or blank: none
   */
  notes?: (string | null) | undefined;
  /**
   * File name, as somebody sees it
   */
  displayName?: string | undefined;
  /**
   * Length of a film or a sound, milliseconds, as a browser measures it; null: not known
   */
  durationMs?: (number | null) | undefined;
  /**
   * Needs resource:edit. Only failed, of what has no bytes; the refusal names the call for the others
   */
  status?: ('completed' | 'failed' | 'quarantined') | undefined;
}
export interface CollectionPage {
  items: Collection[];
  /**
   * For the next page; null: this is the last
   */
  nextCursor: string | null;
  /**
   * On all pages; counted to 10 000
   */
  total: number;
  /**
   * There are more than `total`
   */
  totalIsLowerBound: boolean;
}
export interface Collection {
  id: string;
  name: string;
  /**
   * What another system calls it
   */
  externalId: string | null;
  /**
   * Whoever has one of these roles in the token is in it
   */
  interestedRoles: string[];
  status: 'active' | 'archived';
  /**
   * What you are in it; null: nothing, and you see it by a permission
   */
  role: ('BUY' | 'SEL' | 'ADM') | null;
  /**
   * For If-Match: counts its changes
   */
  revision: number;
  /**
   * null: the person was erased
   */
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
}
export interface MovedResource {
  id: string;
  collection: string | null;
  /**
   * Its URLs are dead
   */
  oldPath: string;
  /**
   * What to sign from now on
   */
  newPath: string;
  /**
   * Of the old URLs; pending: GET /receipts/{epoch} has it later; null: it was there from the beginning
   */
  receipt: (Receipt | PendingReceipt) | null;
}
export interface Receipt {
  epoch: number;
  effectiveAt: string;
  acknowledged: string[];
  lapsed: string[];
  notCovered: string[];
  waitedMs: number;
  mode: 'early' | 'fallback';
}
export interface PendingReceipt {
  epoch: number;
  status: 'pending';
  /**
   * What the receipt waits for, when it is not holders
   */
  code?: string | undefined;
  detail?: string | undefined;
}
export interface ResourceVersions {
  items: ResourceVersion[];
}
export interface ResourceVersion {
  version: number;
  /**
   * Can be signed like any other, by its owner and with resource:view-all
   */
  path: string;
  status: 'completed' | 'quarantined';
  contentType: string;
  /**
   * Bytes
   */
  size: number;
  /**
   * SHA-256 of the bytes, hexadecimal
   */
  checksum: string;
  /**
   * When these bytes arrived
   */
  uploadedAt: string;
  /**
   * Who brought them; null: nobody knows any more
   */
  uploadedBy: string | null;
}
