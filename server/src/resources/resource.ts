/** One stored object with a path, unique in its tenant. */
export interface Resource {
  id: string;
  tenantId: string;
  path: string;
  kind: string;
  ownerId: string;
  state: 'awaiting' | 'uploading' | 'completed' | 'failed' | 'quarantined';
  displayName: string;
  contentType: string;
  /** Bytes. */
  size: number;
  sha256: Buffer;
  objectKey: string;
  version: number;
  /** How often old URLs of its path were ended: part of what its URLs are signed with. */
  rotation: number;
  createdAt: Date;
  /** Id of the collection it is in. */
  collectionId: string | null;
}

/** Pictures that every browser shows. Not HEIC and TIFF, which few do; not SVG, which can run. */
const PICTURE = /^image\/(jpeg|png|webp|avif|gif)$/;

/** Moving pictures that every browser plays. */
const VIDEO = /^video\/(mp4|webm)$/;

/**
 * What a resource is for, and where such resources live. The path of a private one says neither whose it is nor what it
 * is called: paths are in URLs and in logs, and cannot be taken back from there.
 */
export const resourceKinds = {
  teamPhoto: { folder: () => 'public/team', content: PICTURE, isPrivate: false, keepsVersions: false },
  avatar: { folder: () => 'public/avatars', content: PICTURE, isPrivate: false, keepsVersions: false },
  galleryPhoto: { folder: () => 'public/gallery', content: PICTURE, isPrivate: false, keepsVersions: false },
  video: { folder: () => 'public/videos', content: VIDEO, isPrivate: false, keepsVersions: false },
  document: {
    folder: (handle: string) => `users/${handle}/documents`,
    content: /./,
    isPrivate: true,
    keepsVersions: true,
  },
} as const;

export type ResourceKind = keyof typeof resourceKinds;

/** @returns whether resources of this kind are shown to everybody; also of a kind that nobody knows */
export function isPublicKind(kind: string): boolean {
  const known = (resourceKinds as Readonly<Record<string, { isPrivate: boolean }>>)[kind];
  return known?.isPrivate !== true;
}
