import { ɵUploadApi, type UploadTransport } from '@countersign/angular/upload';
import { KeptUploads } from './kept-uploads.ts';
import { ResumableSession } from './resumable-session.ts';

/** What `resumable` takes. */
export interface ResumableOptions {
  /**
   * Says who is signed in, e.g. by an id; `undefined`: nobody. With it, a file goes on after a reload when the same person
   * chooses it again: the browser keeps where it was sent to, under a digest of the file's name, size and date and of
   * this id; never a token. Left out: what was sent is found again by the same page only.
   */
  readonly who?: () => string | undefined;
  /**
   * Bytes of one request, for proxies that take no larger ones. Left out: the rest of the file, which is fastest; what
   * arrives of a request that breaks is kept either way.
   */
  readonly chunkBytes?: number;
  /**
   * Files of up to so many bytes are announced with their SHA-256, which the server compares with what arrives; 0: none.
   * A file is in memory while it is computed. Left out: 32 MiB.
   */
  readonly checksumUpTo?: number;
}

/**
 * Sends files by tus 1.0 to `{api}/tus`, through the application's interceptors: a pause, a broken line, a server that was
 * restarted, and with `who` a reload cost no byte that has arrived. Needs `tus-js-client`, which is loaded with the first
 * file.
 *
 * ```ts
 * readonly session = inject(Session);
 * readonly uploads = injectResourceUploads({
 *   transport: bySize(presignedPost(), resumable({ who: () => this.session.userId() })),
 * });
 * ```
 *
 * Needs an injection context.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export function resumable({
  who = () => undefined,
  chunkBytes = Infinity,
  checksumUpTo = 32 * 2 ** 20,
}: ResumableOptions = {}): UploadTransport {
  const api = new ɵUploadApi();
  const kept = new KeptUploads();
  return {
    open: (source) => new ResumableSession(source, { api, kept, who, chunkBytes, checksumUpTo }),
  };
}
