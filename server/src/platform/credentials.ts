const SIGNATURE = /sig(=|%3d)[^&\s"']*/gi;
// A JWS or JWE begins with base64url of `{"`. Only where a word begins, so that no text takes more than one pass.
const TOKEN = /(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){1,4}/g;

/**
 * A client may write its URL or its token anywhere, and nothing that is kept or answered may hold one.
 *
 * @returns the text, with `[signature]` for `sig=...` of a signed URL and `[token]` for a JWT
 */
export function withoutCredentials(text: string): string {
  const unsigned = text.replace(SIGNATURE, '[signature]');
  return unsigned.includes('eyJ') ? unsigned.replace(TOKEN, '[token]') : unsigned;
}
