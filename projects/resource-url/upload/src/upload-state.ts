import type { ResourceUploadError } from './resource-upload-error.ts';
import type { UploadedResource } from './uploaded-resource.ts';

/**
 * | status | meaning |
 * |---|---|
 * | `queued` | waits until fewer files are on their way |
 * | `uploading` | on its way |
 * | `waiting` | failed for a reason that passes (`error`), tries again at `retryAt` |
 * | `paused` | `pause()` stopped it, `resume()` goes on |
 * | `completed` | the server has it: `resource` |
 * | `failed` | given up (`error`); `retry()` begins anew |
 * | `cancelled` | `cancel()` gave it up; `retry()` begins anew |
 */
export type UploadStatus =
  'queued' | 'uploading' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** How far a file is, whatever its status. */
export interface UploadedSoFar {
  /** Bytes. Falls back to 0 where the transport can only begin again. */
  readonly sent: number;
  /** Bytes of the file. */
  readonly total: number;
  /**
   * 0 to 1; `undefined` while it is on its way and nobody tells how far, for which a progress bar is shown as
   * indeterminate: `<progress [attr.value]="upload.state().fraction"></progress>`.
   */
  readonly fraction: number | undefined;
  /** Whether the file goes on where it stopped. If not, `resume()` and every further attempt send it from the beginning. */
  readonly resumable: boolean;
  /**
   * Id of the resource that it becomes, by which `watchUploads` tells of it: known once it has begun. `rawPost` knows it
   * at the end only, as `resource.id`.
   */
  readonly resourceId?: string;
  /** How often sending began; above 1 it was paused or had failed. */
  readonly attempt: number;
}

/** A status, and what there is to know with it. */
export type StatusDetails =
  | { readonly status: 'queued' | 'uploading' | 'paused' | 'cancelled' }
  | { readonly status: 'waiting'; readonly error: ResourceUploadError; readonly retryAt: Date }
  | { readonly status: 'failed'; readonly error: ResourceUploadError }
  | { readonly status: 'completed'; readonly resource: UploadedResource };

/**
 * How one file stands. `status` tells what else there is.
 *
 * ```html
 * @let state = upload.state();
 * @if (state.status === 'failed') { {{ state.error.code }} }
 * @if (state.status === 'completed') { <img [src]="urls.getUrl(state.resource.path) | async" alt="" /> }
 * ```
 */
export type UploadState = UploadedSoFar & StatusDetails;
