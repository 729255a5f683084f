import type { CollectionPlace } from '../resources/collection-place.ts';
import type { ResourceKind } from '../resources/resource.ts';

/** What somebody wants to upload. */
export interface UploadRequest {
  /** As people see it. */
  name: string;
  kind: ResourceKind;
  /** Media type without parameters. */
  contentType: string;
  /** Bytes, at least 1. */
  size: number;
  /** Of the whole file, 32 bytes. */
  sha256?: Buffer | undefined;
  label?: string | null | undefined;
  notes?: string | null | undefined;
  /** The collection it is to be in; absent: none. */
  place?: CollectionPlace | undefined;
  /** `post` (default): a signed form; `tus`: resumable. */
  how?: 'post' | 'tus' | undefined;
}

/**
 * How an upload has ended, as its problem says it; undefined: it takes bytes. What was set to failed by hand has failed,
 * whatever came of the upload.
 */
export function endOf({ ended, failure, resource }: Upload): string | undefined {
  if (ended !== null && ended !== 'failed') return ended;
  if (ended === 'failed' || resource?.state === 'failed') return `failed (${failure ?? 'given-up'})`;
  return undefined;
}

/** An upload, with what its resource says. */
export interface Upload {
  id: string;
  tenantId: string;
  how: 'post' | 'tus';
  contentType: string;
  size: number | null;
  sha256: Buffer | null;
  expiresAt: Date;
  isExpired: boolean;
  objectKey: string | null;
  /** Somebody is bringing the bytes there now. */
  isBeingTaken: boolean;
  ended: 'completed' | 'failed' | 'cancelled' | 'expired' | null;
  failure: string | null;
  /** Null: it is removed. */
  resource: {
    id: string;
    ownerId: string;
    displayName: string;
    path: string;
    kind: string;
    collectionId: string | null;
    state: string;
  } | null;
}
