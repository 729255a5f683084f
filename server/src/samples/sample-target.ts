/** What a resource is for; see the policy for what each kind means. */
export type SampleKind = 'teamPhoto' | 'galleryPhoto' | 'document' | 'video';

/** One picture, document or video that is to become a resource. */
export interface SampleResource {
  tenantId: string;
  ownerId: string;
  kind: SampleKind;
  /** Canonical key, e.g. `public/team/avatar-2.jpg`. */
  path: string;
  /** As people wrote it: any Unicode, may hold `%` or spaces. */
  displayName: string;
  /** Decided by the bytes, e.g. `image/jpeg`. */
  contentType: string;
  body: Buffer;
}

/**
 * Where samples and imported photos go. The server implements it with its own keys, resources and blob store, so
 * that this folder knows none of them.
 */
export interface SampleTarget {
  /**
   * Makes the owner and the owner's first key unless both exist; never revives a revoked one.
   *
   * @returns whether the owner has a live key, so that something can be added
   */
  ensureOwner(owner: { tenantId: string; id: string; name: string }): Promise<boolean>;
  /** Stores the bytes and the row; the path must be free. */
  addResource(resource: SampleResource): Promise<void>;
  /**
   * SHA-256 (32 bytes) of what is stored under the path, `undefined` when the path is free. The digest rather than
   * a boolean, so that the same photo is recognised at the next start and another of the same name is not lost.
   */
  digestOf(tenantId: string, path: string): Promise<Uint8Array | undefined>;
  /** Which of many paths are taken, in one question. */
  takenOf(tenantId: string, paths: readonly string[]): Promise<ReadonlySet<string>>;
}
