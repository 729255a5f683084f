import { Problem } from '../platform/problem.ts';

/** 423 `upload-locked`: somebody is writing to the upload, or completing it. */
export const uploadLocked = (): Problem =>
  new Problem(
    423,
    'upload-locked',
    'Another request is at work on the upload',
    'Wait until it has ended, ask for the offset with HEAD, and go on there. A request from which nothing comes is ended.',
    { 'Retry-After': '1' },
  );

/** 410 `upload-expired`. */
export const uploadExpired = (): Problem =>
  new Problem(
    410,
    'upload-expired',
    'The upload has expired',
    'Nothing came for too long (TUS_UPLOAD_HOURS). Begin another upload.',
  );

/** 409 `upload-offset`. */
export const wrongOffset = (): Problem =>
  new Problem(
    409,
    'upload-offset',
    'The upload stands at another offset',
    'Ask for the offset with HEAD, and send what comes after it.',
  );

/** 413 `too-large`: more than the upload said. */
export const longerThanSaid = (): Problem =>
  new Problem(
    413,
    'too-large',
    'The upload is too large',
    'That is more than Upload-Length said. Begin another upload.',
  );

/** 412 `tus-version`. */
export const wrongTusVersion = (): Problem =>
  new Problem(412, 'tus-version', 'This is tus 1.0.0', 'Send Tus-Resumable: 1.0.0.', {
    'Tus-Version': '1.0.0',
  });

/** 501 `tus-unsupported`. @param what header or package */
export const tusUnsupported = (what: string): Problem =>
  new Problem(501, 'tus-unsupported', 'The server does not do that with resumable uploads', what);

/** 507 `storage-full`. */
export const storageFull = (): Problem =>
  new Problem(
    507,
    'storage-full',
    'There is no room for more',
    'What has arrived is kept. Make room on the disk of the server, then go on at the offset that HEAD answers.',
    { 'Retry-After': '60' },
  );
