/** Why a try of a step ended: others follow, and nothing that was done is undone. */
export class ErasureFailure extends Error {
  override readonly name = 'ErasureFailure';
  /** Stable, lower-case, hyphenated. */
  readonly code: string;

  /** @param message names nobody: it is kept */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
