/**
 * The decoded path that a URL opens: what follows `#` in a `data:` URL of `FakeResourceUrls`, else the URL's own path
 * without leading slash.
 */
export function pathOfUrl(url: string): string {
  const encoded = /^data:/i.test(url)
    ? url.replace(/^[^#]*#?/, '')
    : url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#][^]*/, '');
  const path = encoded.replace(/^\/+/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
