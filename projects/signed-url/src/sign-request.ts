import { canonicalPath } from './canonical-path.ts';
import { checkExpiry, checkKid } from './signed-fields.ts';
import { downloadLine } from './string-to-sign.ts';

/** Everything that a signed URL is made of. */
export interface SignRequest {
  /** Public address of the delivery, as for `formatSignedUrl`. */
  base: string;
  /** Configured public authority of the deployment. */
  authority: string;
  /** Who asks, 1 to 1024 UTF-8 bytes. */
  principal: string;
  /** Key, decoded. */
  path: string;
  /** Expiry in Unix seconds, usually from `windowedExpiry`. */
  exp: number;
  /** Signature key id of the key that signs. */
  kid: string;
  /** Download name, decoded. */
  dl?: string | undefined;
}

/** A signed URL and its parts that the audit wants. */
export interface SignedUrl {
  url: string;
  /** The signature id without its `sig_`. */
  sid: string;
  sig: string;
}

/** Checks what every step of signing relies on, and encodes path and download name once for all of them. */
export function prepare(request: SignRequest): { canonical: string; download: string } {
  checkExpiry(request.exp);
  checkKid(request.kid);
  return { canonical: canonicalPath(request.path), download: downloadLine(request.dl) };
}
