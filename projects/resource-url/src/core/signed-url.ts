/** A URL that opens one resource until it expires. */
export interface SignedUrl {
  /** Ready for `src` or `href`. */
  readonly url: string;
  /** When it stops working; `undefined` for direct paths (development) and URLs that passed through. */
  readonly expiresAt?: Date;
  /** Joins this issuance to every later access in the audit; `undefined` where nothing was signed. */
  readonly signatureId?: string;
}
