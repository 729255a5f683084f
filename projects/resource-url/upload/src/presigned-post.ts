import { UploadApi } from './upload-api.ts';
import { PresignedSession } from './presigned-session.ts';
import { storeHttp } from './store-http.ts';
import type { UploadTransport } from './upload-transport.ts';

/** What `presignedPost` takes. */
export interface PresignedPostOptions {
  /**
   * Files of up to so many bytes are announced with their SHA-256, which the server compares with what arrives; 0: none.
   * A file is in memory while it is computed. Left out: 32 MiB.
   */
  readonly checksumUpTo?: number;
}

/**
 * Sends files with a signed form, straight to the store where that takes one: begins at `POST {api}/uploads`, posts the
 * form, completes at `POST {api}/{id}/complete`. The application's interceptors see the first and the last request, and
 * not the form, which may go to a foreign origin. Large files do not pass the server then.
 *
 * A form is sent from its beginning at every attempt. One that has arrived is not sent again: then only the completion is
 * repeated. One that has expired is replaced by another.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: presignedPost() });
 * ```
 *
 * Needs an injection context.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export function presignedPost({ checksumUpTo = 32 * 2 ** 20 }: PresignedPostOptions = {}): UploadTransport {
  const api = new UploadApi();
  const store = storeHttp();
  return { open: (source) => new PresignedSession(source, { api, store, checksumUpTo }) };
}
