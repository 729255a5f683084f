import { EXPLANATIONS } from './explanations.ts';
import { ResourceUrlError, type ResourceUrlErrorCode } from './resource-url-error.ts';

declare const ngDevMode: boolean | undefined;

/**
 * The error about one path. What could be the query of a signed URL is cut off.
 *
 * @param why names the sentence that explains it
 */
export function pathError(
  code: ResourceUrlErrorCode,
  path: string,
  why: keyof typeof EXPLANATIONS,
  status?: number,
  retryAfter?: number,
): ResourceUrlError {
  const explained = typeof ngDevMode === 'undefined' || ngDevMode ? EXPLANATIONS[why] : why;
  const quoted = path.replace(/[?#][^]*/, '').slice(0, 200);
  return new ResourceUrlError(code, `${code}: "${quoted}" ${explained}`, status, retryAfter);
}
