import { Problem } from '../platform/problem.ts';

/** 400 `upload-size`: other bytes than were announced. */
export const wrongSize = (announced: number, found: number): Problem =>
  new Problem(
    400,
    'upload-size',
    'The file has another size than was announced',
    `Announced ${announced} bytes, found ${found}. Begin another upload.`,
  );

/** 400 `checksum-mismatch`. */
export const checksumMismatch = (): Problem =>
  new Problem(
    400,
    'checksum-mismatch',
    'The bytes do not have the SHA-256 that was announced',
    'Begin another upload.',
  );

/** 409 `upload-incomplete`. */
export const incomplete = (): Problem =>
  new Problem(
    409,
    'upload-incomplete',
    'The file has not arrived yet',
    'Send it to the url of the upload first.',
  );

/** 409 `collection-lost`: while the bytes came. */
export const collectionLost = (): Problem =>
  new Problem(
    409,
    'collection-lost',
    'The collection does not take the file any more',
    'It was archived, or you are not in it any more. Upload the file to where it may be.',
  );

/** 409 `upload-busy`: other bytes arrive all the time, or somebody else verifies them for long. */
export const busy = (): Problem =>
  new Problem(
    409,
    'upload-busy',
    'The file is still changing, or still being verified',
    'Wait until it was sent, and a call before this one has its answer; then try again.',
  );

/** 409 `upload-over`. @param how e.g. `failed (content-mismatch)` */
export const over = (how: string): Problem =>
  new Problem(409, 'upload-over', 'The upload has ended', `It has ${how}. Begin another upload.`);

/** 403 `upload-refused`: the form is none of ours, was changed, or has expired. */
export const formRefused = (): Problem =>
  new Problem(
    403,
    'upload-refused',
    'The upload form is not valid',
    'Send all of its fields as they were given, before the file, and before it expires.',
  );

/** 429 `too-many-streams`. */
export const tooManyStreams = (): Problem =>
  new Problem(
    429,
    'too-many-streams',
    'You watch your uploads in as many places as you may',
    'Close another tab, or ask with follow=false.',
    { 'Retry-After': '5' },
  );
