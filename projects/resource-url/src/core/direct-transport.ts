import type { SignTransport } from './sign-transport.ts';

/**
 * Development mode: answers every request at once with a direct path below `assets`. No request is ever made.
 *
 * @param assets where the files are served, without trailing slash, e.g. `/assets/deployed`
 */
export function directTransport(assets: string): SignTransport {
  return (requests, done) => {
    done(
      requests.map(({ assetPath }) => ({
        url: `${assets}/${assetPath.split('/').map(encodeURIComponent).join('/')}`,
      })),
    );
    return () => undefined;
  };
}
