import type { UploadState, UploadStatus } from './upload-state.ts';

/** How far several files are, together. */
export interface UploadsProgress {
  /** Bytes, of every file that is neither failed nor cancelled. */
  readonly sent: number;
  /** Bytes, of the same files. */
  readonly total: number;
  /** 0 to 1; `undefined` when there is nothing to send. */
  readonly fraction: number | undefined;
  /** How many files are in each status. */
  readonly counts: Readonly<Record<UploadStatus, number>>;
  /** Whether a file is on its way, queued or waiting for another attempt. */
  readonly busy: boolean;
}

/** Adds up the states of several files. */
export function uploadsProgress(states: readonly UploadState[]): UploadsProgress {
  const counts = {
    queued: 0,
    uploading: 0,
    waiting: 0,
    paused: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
  };
  let [sent, total] = [0, 0];
  for (const state of states) {
    counts[state.status] += 1;
    if (state.status === 'failed' || state.status === 'cancelled') continue;
    sent += state.sent;
    total += state.total;
  }
  const fraction = total > 0 ? sent / total : undefined;
  return { sent, total, fraction, counts, busy: counts.queued + counts.uploading + counts.waiting > 0 };
}
