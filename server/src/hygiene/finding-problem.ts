import { Problem } from '../platform/problem.ts';
import type { Quarantined, Refused } from './examination.ts';

const refusals: Readonly<Record<string, (reason: string) => Problem>> = {
  'content-mismatch': (reason) =>
    new Problem(415, 'content-mismatch', 'The bytes are not what the Content-Type says', reason),
  'unsupported-type': (reason) =>
    new Problem(415, 'unsupported-type', 'This kind of resource takes other types', reason),
  'too-many-pixels': (reason) =>
    new Problem(413, 'too-many-pixels', 'The picture has too many pixels', reason),
  'unreadable-picture': (reason) =>
    new Problem(415, 'unreadable-picture', 'The picture or film cannot be taken as it is', reason),
  'unsafe-archive': (reason) =>
    new Problem(415, 'unsafe-archive', 'The archive cannot be taken as it is', reason),
  'two-types': (reason) => new Problem(415, 'two-types', 'The file is of two types at once', reason),
};

/** Codes of what an examination may refuse; `quarantined` is not among them. For the contracts of routes that take bytes. */
export const EXAMINATION_PROBLEMS: readonly string[] = Object.keys(refusals);

/** 422 `quarantined`: kept, and delivered to nobody until an administrator decides. */
const quarantined = (reason: string): Problem =>
  new Problem(422, 'quarantined', 'The file is in quarantine and delivered to nobody', reason);

/** What whoever uploads is told of bytes that were not clean. */
export function findingProblem(finding: Refused | Quarantined): Problem {
  if (finding.verdict === 'quarantined') return quarantined(finding.reason);
  const make = refusals[finding.code];
  if (!make) throw new Error(`no problem for the finding ${finding.code}`);
  return make(finding.reason);
}
