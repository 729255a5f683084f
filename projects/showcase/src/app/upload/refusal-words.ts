import type { Problem } from '../api/problem.ts';
import { FileSize } from '../trail/file-size.ts';

const known: Readonly<Record<string, (problem: Problem) => string>> = {
  'empty-upload': () => 'The file is empty.',
  'content-mismatch': () => 'This is not really a picture of the kind its name says.',
  'unsupported-type': () =>
    'Only JPEG, PNG, WebP, AVIF and GIF pictures can be added; convert HEIC photos to JPEG first.',
  'too-large': tooLarge,
  'owner-revoked': () => 'Your key is revoked, so nothing new can be added in your name.',
  'invalid-name': () =>
    'The file name is too long or has characters that cannot be used. Rename the file and add it again.',
};

/**
 * @param problem why the server refused an upload
 * @returns one or two sentences for the person who chose the file; what has no words here keeps the server's own
 */
export function refusalWords(problem: Problem): string {
  const { code, title, detail } = problem;
  const words = code !== undefined && Object.hasOwn(known, code) ? known[code]?.(problem) : undefined;
  return words ?? `${title}. ${detail}`.trimEnd();
}

/** The limit is a setting of the server, which only its answer tells. */
function tooLarge({ detail }: Problem): string {
  const bytes = /(\d+) bytes/.exec(detail)?.[1];
  return bytes
    ? `The file is larger than ${new FileSize().transform(Number(bytes))}.`
    : 'The file is too large.';
}
