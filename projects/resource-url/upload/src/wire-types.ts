// Made from server/openapi.json by scripts/wire-types.mjs, and never edited: UPDATE_WIRE_TYPES=1 npm test -- wire-types

export interface UploadResourceQuery {
  /**
   * What it is for: decides the folder, and which types it takes
   */
  kind: 'teamPhoto' | 'avatar' | 'galleryPhoto' | 'video' | 'document';
  /**
   * File name, as somebody sees it
   */
  name: string;
  /**
   * Id of the collection it is to be in; assign asks the same
   */
  collection?: string | undefined;
}
export interface UploadRequest {
  /**
   * File name, as somebody sees it
   */
  name: string;
  /**
   * What it is for: decides the folder, and which types it takes
   */
  kind: 'teamPhoto' | 'avatar' | 'galleryPhoto' | 'video' | 'document';
  /**
   * Media type in lower case, without parameters. Left out: what the extension of `name` says; the bytes must be that
   */
  contentType?: string | undefined;
  /**
   * Bytes, exactly
   */
  size: number;
  /**
   * Of the whole file; what arrives is compared with it
   */
  sha256?: string | undefined;
  /**
   * A few words
   */
  label?: (string | null) | undefined;
  /**
   * Text of several lines
   */
  notes?: (string | null) | undefined;
  /**
   * Id of the collection it is to be in; assign asks the same
   */
  collection?: string | undefined;
  /**
   * `post` (default): by a signed form; `tus`: resumable, in as many requests as it takes
   */
  how?: ('post' | 'tus') | undefined;
}
export interface BegunUpload {
  /**
   * Of the resource, which waits for its bytes
   */
  id: string;
  uploadId: string;
  how: 'post' | 'tus';
  /**
   * Where the form, or the client of tus, goes; may be relative to the address of this call
   */
  url: string;
  /**
   * Fields of the form, before the field `file`. Secret. None with tus.
   */
  fields: {
    [k: string]: string;
  };
  expiresAt: string;
  /**
   * Most that is taken
   */
  maxBytes: number;
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
/**
 * RFC 9457 problem details
 */
export interface Problem {
  /**
   * The code as a URN
   */
  type: string;
  /**
   * The same words for every problem of this code; for people
   */
  title: string;
  status: number;
  /**
   * Stable: what programs compare. There may be new ones
   */
  code: string;
  /**
   * What is wrong with this request; for people
   */
  detail?: string | undefined;
}
