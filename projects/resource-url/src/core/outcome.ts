import type { ResourceUrlError } from './resource-url-error.ts';
import type { SignedUrl } from './signed-url.ts';

/** What became of one request. */
export type Outcome = SignedUrl | ResourceUrlError;
