/** A signed URL taken apart. `sig` is only ever shown shortened. */
export interface SignedUrlParts {
  origin: string;
  /** Percent-encoded, as in the URL, delivery prefix included. */
  path: string;
  sig: string;
  exp: string;
  kid: string;
  sid: string;
}

/**
 * @param url absolute, or relative to `base`
 * @returns undefined for anything that is not a signed URL, such as a direct path
 */
export function signedUrlParts(url: string, base: string): SignedUrlParts | undefined {
  if (!URL.canParse(url, base)) return undefined;
  const { origin, pathname, searchParams } = new URL(url, base);
  const [sig, exp, kid, sid] = ['sig', 'exp', 'kid', 'sid'].map((name) => searchParams.get(name));
  return sig && exp && kid && sid ? { origin, path: pathname, sig, exp, kid, sid } : undefined;
}

/** @returns the first and last characters, e.g. `Ab12Cd…wxyz`; short values stay whole */
export function shortened(value: string, head = 6, tail = 4): string {
  return value.length <= head + tail + 1 ? value : `${value.slice(0, head)}…${value.slice(-tail)}`;
}

/** @returns a command for a POSIX shell that fetches `url` and shows the answer's head */
export function curlCommand(url: string): string {
  return `curl -sS -o /dev/null -D - '${url.replaceAll("'", "'\\''")}'`;
}
