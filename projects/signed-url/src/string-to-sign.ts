import { canonicalDownloadName, canonicalPath } from './canonical-path.ts';
import { checkAuthority, checkExpiry, checkKid, checkSid, type SignedFields } from './signed-fields.ts';

/** Name and version of the format; first line of every string to sign. */
export const VERSION = 'countersign1';

/**
 * The eight lines that the signature covers, joined by LF. No field can contain LF, so no two different sets of
 * fields give the same string.
 *
 * @param fields decoded fields
 * @returns an ASCII string
 * @throws {@link SignedUrlError} `path`, `parameter` (download name) or `field`
 */
export function stringToSign(fields: SignedFields): string {
  const { authority, exp, kid, sid } = fields;
  checkAuthority(authority);
  checkExpiry(exp);
  checkKid(kid);
  checkSid(sid);
  return `${VERSION}\nGET\n${authority}\n${canonicalPath(fields.path)}\n${exp}\n${kid}\n${sid}\n${downloadLine(fields.dl)}`;
}

/** `dl=<canonical>`, or empty when there is no download: also how a download name enters the signature id. */
export function downloadLine(dl: string | undefined): string {
  return dl === undefined ? '' : 'dl=' + canonicalDownloadName(dl);
}
