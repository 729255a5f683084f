/**
 * | state | meaning |
 * |---|---|
 * | `awaiting` | nothing has arrived |
 * | `uploading` | it arrives |
 * | `examining` | all is there, and is measured, looked into and scanned |
 * | `completed` | it can be signed, listed and delivered |
 * | `quarantined` | it is kept, and delivered to nobody |
 * | `failed` | it is not what was announced; `failure` says why |
 * | `cancelled` | cancelled, expired or removed |
 */
export type UploadNewsState =
  'awaiting' | 'uploading' | 'examining' | 'completed' | 'quarantined' | 'failed' | 'cancelled';

const states: readonly UploadNewsState[] = [
  'awaiting',
  'uploading',
  'examining',
  'completed',
  'quarantined',
  'failed',
  'cancelled',
];

/** How an upload stands at the server. */
export interface UploadNews {
  /** Of the resource, as `resourceId` of an `UploadState`. */
  readonly id: string;
  readonly uploadId: string;
  readonly state: UploadNewsState;
  /** Bytes that were announced. */
  readonly size: number;
  /** Bytes that have arrived; `undefined` where they go straight to a bucket. */
  readonly received: number | undefined;
  /** The code of the problem it ended with. */
  readonly failure: string | undefined;
}

/** @returns nothing when it is not what the contract says */
export function readUploadNews(data: string): UploadNews | undefined {
  try {
    const { id, uploadId, state, size, received, failure } = Object(JSON.parse(data)) as Partial<
      Record<keyof UploadNews, unknown>
    >;
    const known = states.find((each) => each === state);
    if (typeof id !== 'string' || typeof uploadId !== 'string' || !known || typeof size !== 'number') {
      return undefined;
    }
    return {
      ...{ id, uploadId, state: known, size },
      received: typeof received === 'number' ? received : undefined,
      failure: typeof failure === 'string' ? failure : undefined,
    };
  } catch {
    return undefined;
  }
}
