/** Why a signed URL is refused. Holders answer all but `expired` with the same 403. */
export type Refusal = 'path' | 'parameter' | 'signature' | 'expired' | 'expiry-too-far';

/**
 * Thrown when somebody tries to sign, format or derive something that the format cannot carry.
 * `path` and `parameter` (a download name) come from the person who asks; `field` is a mistake of the program.
 * The message never contains the refused value.
 */
export class SignedUrlError extends Error {
  readonly code: Refusal | 'field';

  /**
   * @param code which part is wrong
   * @param detail one clause that says how, without the value
   */
  constructor(code: Refusal | 'field', detail: string) {
    super(detail);
    this.name = 'SignedUrlError';
    this.code = code;
  }
}
