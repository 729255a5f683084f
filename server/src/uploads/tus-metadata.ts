import { invalidRequest } from '../platform/problem.ts';

/** What `Upload-Metadata` of tus may say, and by which names clients do. */
const KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['name', ['filename', 'name']],
  ['contentType', ['filetype', 'contentType', 'type']],
  ['kind', ['kind']],
  ['sha256', ['sha256']],
  ['label', ['label']],
  ['notes', ['notes']],
  ['collection', ['collection']],
];

/**
 * What a client of tus says of its file, as the body of a call that begins an upload.
 *
 * @param header `Upload-Metadata`: pairs of a key and its value in base64
 * @param length `Upload-Length`
 * @throws Problem 400 `invalid-request`
 */
export function requestOf(header: string | undefined, length: string | undefined): Record<string, unknown> {
  if (length === undefined) throw invalidRequest('Upload-Length: say how many bytes will come.');
  const said = new Map<string, string>();
  for (const pair of (header ?? '').split(',')) {
    const [, key, value = ''] = /^\s*([!-+\--~]+)(?: ([A-Za-z0-9+/]*={0,2}))?\s*$/.exec(pair) ?? [];
    if (key !== undefined) said.set(key, decoded(value));
    else if (pair.trim() !== '')
      throw invalidRequest('Upload-Metadata: pairs of a key and base64, separated by commas.');
  }
  const found = KEYS.flatMap(([field, keys]) => {
    const key = keys.find((one) => said.has(one));
    return key === undefined ? [] : [[field, said.get(key)] as const];
  });
  const about: Record<string, string | undefined> = Object.fromEntries(found);
  // Clients that know none say an empty one.
  if (about['contentType'] === '') delete about['contentType'];
  const size = /^\d{1,16}$/.test(length) ? Number(length) : length;
  return { kind: 'document', ...about, size };
}

function decoded(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64'));
  } catch {
    throw invalidRequest('Upload-Metadata: a value is no UTF-8.');
  }
}

/** `Upload-Metadata` of an upload, for its `HEAD`. */
export function metadataOf(about: Readonly<Record<string, string>>): string {
  return Object.entries(about)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}
