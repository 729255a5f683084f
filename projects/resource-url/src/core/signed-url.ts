import type { ResourceUrlError } from './resource-url-error.ts';

/** A URL that opens one resource until it expires. */
export interface SignedUrl {
  /** Ready for `src` or `href`. */
  readonly url: string;
  /** When it stops working; `undefined` for direct paths (development) and URLs that passed through. */
  readonly expiresAt: Date | undefined;
  /** Joins this issuance to every later access in the audit; `undefined` where nothing was signed. */
  readonly signatureId: string | undefined;
}

/** What became of one request. */
export type Outcome = SignedUrl | ResourceUrlError;

/** A URL for which nothing was signed. */
export function unsignedUrl(url: string): SignedUrl {
  return { url, expiresAt: undefined, signatureId: undefined };
}

/** One resource to get a URL for, both ways. Paths are decoded, NFC, without leading slash. */
export interface ResourceRequest {
  readonly path: string;
  /** Below `assets`. */
  readonly developmentPath: string;
  readonly reason: string;
  readonly expiryMinutes: number | undefined;
}

/**
 * Gets URLs for 1 to 200 resources in one go and hands back one outcome each, in the same order. It never throws.
 * What it returns aborts; nothing is handed back after that.
 */
export type SignTransport = (
  requests: readonly ResourceRequest[],
  done: (outcomes: readonly Outcome[]) => void,
) => () => void;
