import { Problem } from '../platform/problem.ts';

/** 503 `audit-unavailable`: the audit cannot take the row now, so what it would record must not happen. */
export const auditUnavailable = (): Problem =>
  new Problem(
    503,
    'audit-unavailable',
    'The audit cannot record this now',
    'Nothing leaves without its audit row. Try again shortly.',
    { 'Retry-After': '1' },
  );
