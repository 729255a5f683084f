import type { ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/resource.ts';

/** @returns the reference by which the library knows a document; its name is what follows the owner's folder */
export function documentRef({ ownerHandle, path }: Resource): ResourceRef {
  return {
    kind: 'document',
    userId: ownerHandle,
    name: path.slice(`users/${ownerHandle}/documents/`.length),
  };
}

const types: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'text/plain': 'Text',
  'text/csv': 'Table',
  'text/markdown': 'Text',
  'application/json': 'JSON',
};

/** @returns what people call a type of file, e.g. `PDF` */
export function typeName(contentType: string): string {
  return types[contentType] ?? (contentType.split('/')[0] === 'image' ? 'Picture' : 'File');
}
