import { FileSize } from '../trail/file-size.ts';

/** Why a file is not there: an error of an upload, or what a drop zone gives as its reason. */
export interface Refusal {
  readonly code: string;
  /** The server's own sentence about this file. */
  readonly detail?: string | undefined;
  /** HTTP status; 0 or nothing when no answer came. */
  readonly status?: number;
}

const known: Readonly<Record<string, (refusal: Refusal) => string>> = {
  folder: () => 'This is a folder. Add the files in it instead.',
  'empty-upload': () => 'The file is empty.',
  'content-mismatch': () => 'This is not really a picture of the kind its name says.',
  'unsupported-type': () =>
    'Only JPEG, PNG, WebP, AVIF and GIF pictures can be added; convert HEIC photos to JPEG first.',
  'too-large': tooLarge,
  'quota-exceeded': () => 'There is no room for it: delete what is not needed, or ask for more.',
  'owner-revoked': () => 'Your key is revoked, so nothing new can be added in your name.',
  'invalid-name': () =>
    'The file name is too long or has characters that cannot be used. Rename the file and add it again.',
  quarantined: ({ detail }) =>
    `The server keeps it, and gives it to nobody, until an administrator has looked. ${detail ?? ''}`.trim(),
  'store-refused': () => 'The store did not take it. Send it again, or tell whoever runs this server.',
  network: () => 'There was no answer. The connection may be down, or the file was changed or is a folder.',
  'malformed-answer': () => 'The server gave an answer that says nothing. Look whether the file is there.',
  'request-failed': () => 'Something went wrong in this page. Reload it and try again.',
};

/** The same of a file that need not be a picture. */
const ofDocuments: typeof known = {
  'content-mismatch': () => 'The file is not what its name says it is.',
  'unsupported-type': ({ detail }) => `Files of this type are not taken. ${detail ?? ''}`.trim(),
};

/**
 * @param kind what the file was to become
 * @returns one or two sentences for the person who chose the file; what has no words here keeps the server's own
 */
export function refusalWords(refusal: Refusal, kind?: string): string {
  const { code, detail, status } = refusal;
  const all = kind === 'document' ? { ...known, ...ofDocuments } : known;
  const words = Object.hasOwn(all, code) ? all[code]?.(refusal) : undefined;
  return words ?? detail ?? (status ? `The server answered ${status}.` : 'The file was refused.');
}

/** The limit is a setting of the server, which only its answer tells. */
function tooLarge({ detail = '' }: Refusal): string {
  const bytes = /(\d+) bytes/.exec(detail)?.[1];
  return bytes
    ? `The file is larger than ${new FileSize().transform(Number(bytes))}.`
    : 'The file is too large.';
}
