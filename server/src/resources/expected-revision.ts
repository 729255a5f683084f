import { invalidRequest, Problem } from '../platform/problem.ts';

/** 412 `changed-meanwhile`. */
const changedMeanwhile = (revision: number): Problem =>
  new Problem(
    412,
    'changed-meanwhile',
    'Somebody has changed it meanwhile',
    `It is at revision ${revision} now: read it again, and send that in If-Match.`,
  );

/** @returns the revision that `If-Match` asks for (RFC 9110 section 13.1.1); undefined: any */
export function expectedRevision(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const revision = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (revision === undefined) throw invalidRequest('header If-Match: send the revision in quotes, e.g. "3"');
  return Number(revision);
}

/**
 * @param expected undefined: any
 * @throws Problem 412 `changed-meanwhile`
 */
export function requireRevision(expected: number | undefined, { revision }: { revision: number }): void {
  if (expected !== undefined && expected !== revision) throw changedMeanwhile(revision);
}
