import type { ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/wire-types.ts';

/** @returns the reference by which the library knows a resource; a document's name is what follows its owner's folder */
export function documentRef({
  kind,
  ownerHandle,
  path,
}: Pick<Resource, 'kind' | 'ownerHandle' | 'path'>): ResourceRef {
  const folder = `users/${ownerHandle}/documents/`;
  if (kind !== 'document' || !path.startsWith(folder)) return path;
  return { kind: 'document', userId: ownerHandle, name: path.slice(folder.length) };
}

/**
 * @param width one of 160, 320, 640 and 1280, pixels
 * @returns the reference of a picture of a film, which its uploader's browser has sent; `undefined`: there is none. That
 *   browser sends the length with it, so that a film of unknown length is not asked for a picture that it does not have
 */
export function posterRef(
  { contentType, durationMs, path }: Pick<Resource, 'contentType' | 'durationMs' | 'path'>,
  width: number,
): ResourceRef | undefined {
  return durationMs !== null && previewOf(contentType) === 'video' ? `${path}/~${width}.webp` : undefined;
}

const types: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'text/plain': 'Text',
  'text/csv': 'Table',
  'text/markdown': 'Text',
  'application/json': 'JSON',
  'application/zip': 'Archive',
};

const families: Readonly<Record<string, string>> = { image: 'Picture', video: 'Video', audio: 'Sound' };

/** @returns what people call a type of file, e.g. `PDF` */
export function typeName(contentType: string): string {
  return types[contentType] ?? families[contentType.split('/')[0] ?? ''] ?? 'File';
}

/** How a file can be looked at in the page; `undefined`: not at all, a tab of its own may show it. */
export function previewOf(contentType: string): 'picture' | 'video' | 'sound' | 'pdf' | undefined {
  if (/^image\/(jpeg|png|gif|webp|avif)$/.test(contentType)) return 'picture';
  if (contentType.startsWith('video/')) return 'video';
  if (contentType.startsWith('audio/')) return 'sound';
  return contentType === 'application/pdf' ? 'pdf' : undefined;
}
