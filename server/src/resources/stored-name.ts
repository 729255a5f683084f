import { randomBytes } from 'node:crypto';
import { extension } from 'mime-types';
import { runnableExtension } from '../hygiene/runnable-name.ts';
import { withoutCredentials } from '../platform/credentials.ts';
import { HIDDEN_CHARACTER } from '../platform/hidden-characters.ts';
import { Problem } from '../platform/problem.ts';

const LONGEST_NAME_BYTES = 255;
const LONGEST_SLUG = 60;

/** 400 `invalid-name`. */
const invalidName = (detail: string): Problem =>
  new Problem(400, 'invalid-name', 'The file name cannot be used', detail);

/**
 * The name somebody sees: kept as it is, non-Latin letters and emoji included.
 *
 * @throws Problem 400 `invalid-name`: empty, a path, too long, with characters that hide what it is, or with a signature
 */
export function displayName(name: string): string {
  const normal = name.normalize('NFC').trim();
  if (normal === '' || normal === '.' || normal === '..') throw invalidName('Give the file a name.');
  if (/[/\\]/.test(normal)) throw invalidName('Send a file name, not a path: / and \\ are not allowed.');
  if (!normal.isWellFormed() || HIDDEN_CHARACTER.test(normal)) {
    throw invalidName(
      'Control characters, text direction marks and characters that show nothing are not allowed.',
    );
  }
  if (Buffer.byteLength(normal) > LONGEST_NAME_BYTES) {
    throw invalidName(`The name is longer than ${LONGEST_NAME_BYTES} bytes.`);
  }
  // As wget names what it saves from a signed URL.
  if (withoutCredentials(normal) !== normal) {
    throw invalidName('The name holds the signature of a URL, or a token. Rename the file.');
  }
  return normal;
}

/**
 * Another name for what is there: the bytes are not looked at again, so what they may not be called when they arrive, they
 * may not be called later.
 *
 * @throws Problem 400 `invalid-name`: as `displayName`, and when it would run where it is saved
 */
export function changedName(name: string): string {
  const display = displayName(name);
  const runnable = runnableExtension(display);
  if (runnable !== undefined) throw invalidName(`A file named .${runnable} would run where it is saved.`);
  return display;
}

/**
 * The name it is stored under, as specification 002 has it: the name, the time and a random part. Readable, safe in every
 * path and on every system, and not guessable: `invoice-20251112-123456-07kq2m9xa1.pdf`.
 *
 * @param display a name that `displayName` accepted; empty: the name says nothing of it
 * @param contentType what the bytes are; decides the extension
 * @param now of the time in it, which is UTC
 */
export function storedName(display: string, contentType: string, now = new Date()): string {
  const stem = display.replace(/\.[^.]*$/, '');
  const slug = stem
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '');
  const random = BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .padStart(10, '0');
  const suffix = extension(contentType);
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${slug ? `${slug}-` : ''}${time}-${random}${suffix ? `.${suffix === 'jpeg' ? 'jpg' : suffix}` : ''}`;
}
