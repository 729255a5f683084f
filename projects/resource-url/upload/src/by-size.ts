import type { UploadTransport } from './upload-transport.ts';

/**
 * Chooses how a file is sent by its size: few requests for small ones, and for large ones a way that goes on after a
 * break.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: bySize(rawPost(), presignedPost(), 1_000_000) });
 * ```
 *
 * @param from size of the smallest file that goes the way of large ones, in bytes. Left out: 8 MiB
 */
export function bySize(
  small: UploadTransport,
  large: UploadTransport,
  from: number = 8 * 2 ** 20,
): UploadTransport {
  return { open: (source) => (source.file.size < from ? small : large).open(source) };
}
