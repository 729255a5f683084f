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
  checkExpiry(fields.exp);
  checkKid(fields.kid);
  checkSid(fields.sid);
  return joinLines(fields.authority, canonicalPath(fields.path), fields, downloadLine(fields.dl));
}

/**
 * {@link stringToSign} of fields that were checked before, apart from the authority.
 *
 * @param canonical canonical encoded path
 * @param download what {@link downloadLine} gave
 */
export function joinLines(
  authority: string,
  canonical: string,
  checked: Pick<SignedFields, 'exp' | 'kid' | 'sid'>,
  download: string,
): string {
  const { exp, kid, sid } = checked;
  return `${firstLines(authority)}${canonical}\n${exp}\n${kid}\n${sid}\n${download}`;
}

/** A deployment has one authority, so its lines are checked and joined once. */
const first = { authority: '', lines: '' };

function firstLines(authority: string): string {
  if (authority !== first.authority || authority === '') {
    checkAuthority(authority);
    first.lines = `${VERSION}\nGET\n${authority}\n`;
    first.authority = authority;
  }
  return first.lines;
}

/** `dl=<canonical>`, or empty when there is no download: also how a download name enters the signature id. */
export function downloadLine(dl: string | undefined): string {
  return dl === undefined ? '' : 'dl=' + canonicalDownloadName(dl);
}
