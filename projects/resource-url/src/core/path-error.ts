import { explain } from './explanations.ts';
import { ResourceUrlError, type ResourceUrlErrorCode } from './resource-url-error.ts';

declare const ngDevMode: boolean | undefined;

/** The error about one path. What could be the query of a signed URL, also of an encoded one, is cut off. */
export function pathError(
  code: ResourceUrlErrorCode,
  path: string,
  status?: number,
  retryAfter?: number,
): ResourceUrlError {
  const quoted = `${code}: "${path.replace(/([?#]|&sig=|%(25)*(3f|26))[^]*/i, '')}"`;
  return new ResourceUrlError(
    code,
    typeof ngDevMode === 'undefined' || ngDevMode ? `${quoted} ${explain(code, path)}` : quoted,
    status,
    retryAfter,
  );
}
