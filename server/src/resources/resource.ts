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
  createdAt: Date;
}

/** What a resource is for, and where such resources live. */
export const resourceKinds = {
  teamPhoto: { folder: () => 'public/team', content: /^image\// },
  avatar: { folder: () => 'public/avatars', content: /^image\// },
  document: { folder: (ownerId: string) => `users/${ownerId}/documents`, content: /./ },
} as const;

export type ResourceKind = keyof typeof resourceKinds;
