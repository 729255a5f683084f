/**
 * Why a file is not there. Beside these, `code` may be any code of the server's problem responses, e.g.
 * `sign-in-required` (401), `content-mismatch` (415) or `owner-revoked` (403).
 *
 * | code | meaning |
 * |---|---|
 * | `empty-upload` | the file has no bytes |
 * | `too-large` | the file has more than `maxBytes`, or more than the server takes (413) |
 * | `unsupported-type` | the file is not of a type in `accept`, or the server takes other types for this kind (415) |
 * | `network` | no answer: offline, CORS, or the file changed or vanished after it was chosen |
 * | `request-failed` | an interceptor or a transport threw something that is no HTTP answer |
 * | `http-error` | an HTTP error without a problem code |
 * | `malformed-answer` | the answer is not what the contract says |
 * | `store-refused` | the store took no form; `detail` has its word |
 * | `quarantined` | it arrived, and the server delivers it to nobody |
 */
export type ResourceUploadErrorCode =
  | 'empty-upload'
  | 'too-large'
  | 'unsupported-type'
  | 'network'
  | 'request-failed'
  | 'http-error'
  | 'malformed-answer'
  | 'store-refused'
  | 'quarantined'
  | (string & Record<never, never>);

/** What is known of a failure beside its code. */
export interface FailureDetails {
  /** HTTP status. Left out: 0, no answer. */
  readonly status?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The `detail` of the server's problem response. */
  readonly detail?: string | undefined;
}

/**
 * Says why a file is not there. Its message names the file and never holds a URL with a query.
 *
 * ```ts
 * const state = upload.state();
 * if (state.status === 'failed' && state.error.code === 'sign-in-required') signInAgain();
 * ```
 */
export class ResourceUploadError extends Error {
  override readonly name = 'ResourceUploadError';
  /** One stable word for programs. */
  readonly code: ResourceUploadErrorCode;
  /** HTTP status; 0 when no answer came or nothing was sent. */
  readonly status: number;
  /** Seconds the server asks to wait, when it does. */
  readonly retryAfter: number | undefined;
  /** What the server says of this very file, in a sentence of its own, e.g. how large one may be. */
  readonly detail: string | undefined;

  /**
   * @param message a sentence about the file; what could be the query of a URL is cut from it
   * @param details what else is known
   */
  constructor(
    code: ResourceUploadErrorCode,
    message: string,
    { status = 0, retryAfter, detail }: FailureDetails = {},
  ) {
    super(withoutQueries(message));
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.detail = detail && withoutQueries(detail).slice(0, 500);
  }

  /** Whether the same may work a little later: no answer, 408, 423, 429, 5xx, or another offset than was thought. */
  get transient(): boolean {
    return (
      this.code === 'network' ||
      this.code === 'upload-offset' ||
      [408, 423, 429].includes(this.status) ||
      this.status >= 500
    );
  }
}

function withoutQueries(text: string): string {
  return text.replace(/[?#][^\s"]*/g, '');
}
