import type { Signal } from '@angular/core';
import type { ResourceKinds } from '@countersign/angular';
import type { Observable } from 'rxjs';
import type { UploadState } from './upload-state.ts';

/**
 * One file on its way to becoming a resource.
 *
 * ```html
 * @for (upload of uploads.items(); track upload) {
 *   @let state = upload.state();
 *   {{ upload.name }} {{ state.status }} <progress [attr.value]="state.fraction"></progress>
 *   <button (click)="upload.pause()">Pause</button>
 * }
 * ```
 */
export interface ResourceUpload {
  readonly file: File;
  readonly kind: keyof ResourceKinds;
  /** The file name it is stored under. */
  readonly name: string;
  readonly state: Signal<UploadState>;
  /** The state now, then every change. Completes when the upload is completed, removed or destroyed; never errors. */
  readonly state$: Observable<UploadState>;
  /** Stops sending and keeps the file. Changes nothing once the upload has ended. */
  pause(): void;
  /** Queues a paused file again. It goes on where it stopped if its state is `resumable`, else from the beginning. */
  resume(): void;
  /** Gives up. Changes nothing once the file is completed. */
  cancel(): void;
  /** Queues a failed or cancelled file again, and tries now what waits for its next attempt. */
  retry(): void;
  /**
   * Waits until the upload is completed, failed or cancelled.
   *
   * ```ts
   * const state = await upload.settled();
   * if (state.status === 'completed') form.patchValue({ photo: state.resource.path });
   * ```
   *
   * @returns the state it ended in; the promise never rejects
   */
  settled(): Promise<UploadState>;
}
