import { lookup } from 'mime-types';

/** What nobody knows the type of. */
const UNKNOWN = 'application/octet-stream';

/** @returns the media type that the extension of a file name stands for, for files whose sender knows none */
export function typeOfName(name: string): string {
  const [, extension] = /[^.]\.([^./\\]{1,20})$/.exec(name) ?? [];
  return extension === undefined ? UNKNOWN : lookup(extension) || UNKNOWN;
}
