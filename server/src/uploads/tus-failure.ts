import { invalidRequest, notFound, Problem } from '../platform/problem.ts';
import { isAbsent } from '../platform/stored-file.ts';
import { longerThanSaid, storageFull, tusUnsupported, wrongOffset } from './tus-problems.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * What to answer for a failure of the library, which says most of its own by a status and a text.
 *
 * @param error what it was thrown; undefined where it answered by itself
 * @param text what it would have answered
 */
export function tusProblem(error: unknown, text: string): unknown {
  if (error instanceof Problem) return error;
  const { status_code: status, code } = (error ?? { status_code: 400 }) as Record<string, unknown>;
  if (typeof code === 'string' && FULL.has(code)) return storageFull();
  // Cancelled while it was written to.
  if (isAbsent(error ?? {})) return notFound('There is no such upload.');
  if (status === 409) return wrongOffset();
  if (status === 413) return longerThanSaid();
  if (status === 404 || status === 410) return notFound('There is no such upload.');
  if (status === 501) return tusUnsupported(text.trim());
  if (typeof status === 'number' && status < 500) return invalidRequest(text.trim());
  return error;
}
