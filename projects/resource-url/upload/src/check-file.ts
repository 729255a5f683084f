import { acceptedType } from './accepted-type.ts';
import { ResourceUploadError } from './resource-upload-error.ts';

/** What a file must keep to be sent at all. */
export interface FileLimits {
  /** Bytes. */
  readonly maxBytes?: number | undefined;
  readonly accept?: string | undefined;
}

/** Finds what needs no server to be found. @returns why the file is not sent, with the code the server would give */
export function checkFile(
  file: File,
  { maxBytes, accept = '' }: FileLimits,
): ResourceUploadError | undefined {
  if (file.size === 0) return new ResourceUploadError('empty-upload', `"${file.name}" has no bytes.`);
  if (maxBytes !== undefined && file.size > maxBytes) {
    return new ResourceUploadError(
      'too-large',
      `"${file.name}" has ${file.size} bytes; maxBytes of injectResourceUploads allows ${maxBytes}.`,
    );
  }
  if (!acceptedType(file, accept)) {
    return new ResourceUploadError(
      'unsupported-type',
      `"${file.name}" is ${file.type || 'of an unknown type'}; accept of injectResourceUploads allows ${accept}.`,
    );
  }
  return undefined;
}
