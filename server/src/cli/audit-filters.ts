import { z } from 'zod';
import type { ReadingQuery } from '../audit/reading-log.ts';
import type { Options, Values } from './command.ts';
import { usage } from './exit-codes.ts';

/** Filters of the audit, those of GET /audit/logs. */
export const FILTERS = {
  path: { type: 'string', value: 'PATH', says: 'of this resource, e.g. public/team/ada.png' },
  'path-prefix': { type: 'string', value: 'TEXT', says: 'of paths that begin so, e.g. users/ada/' },
  owner: { type: 'string', value: 'ID', says: 'of resources of this owner' },
  actor: { type: 'string', value: 'ID', says: 'by this person, or account of an operator, e.g. cli:ada' },
  reason: { type: 'string', value: 'TEXT', says: 'with this reason, or cause of a denial' },
  status: { type: 'string', value: 'N', says: 'with this HTTP status' },
  signature: { type: 'string', value: 'ID', says: 'of this signature id: sig_ and the sid of a URL' },
  event: {
    type: 'string',
    value: 'NAME',
    says: 'of this kind, e.g. issuance, delivery, denial, key-revoked',
  },
  since: {
    type: 'string',
    value: 'TIME',
    says: 'from then on: 2026-11-25, 2026-11-25T08:00Z, 36h or 7d ago',
  },
  until: { type: 'string', value: 'TIME', says: 'before then, in the same form' },
} as const satisfies Options;

const DAY_MS = 86_400_000;
const UNITS = { m: 60_000, h: 3_600_000, d: DAY_MS } as const;
const AGO = /^(\d{1,6})([mhd])$/;
const instant = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: false })]);

/**
 * @param now milliseconds since 1970
 * @throws CommandFailure (usage) that names the option
 */
export function readFilters(values: Values<typeof FILTERS>, now: number): ReadingQuery {
  const { path, owner, actor, reason, signature: signatureId, event } = values;
  const status = values.status === undefined ? undefined : Number(values.status);
  if (status !== undefined && !(Number.isInteger(status) && status >= 100 && status <= 599)) {
    throw usage('--status takes a whole number from 100 to 599.');
  }
  if (event !== undefined && !/^[a-z][a-z-]{0,63}$/.test(event)) {
    throw usage('--event takes a name such as key-revoked.');
  }
  const query: ReadingQuery = {
    path,
    pathPrefix: values['path-prefix'],
    owner,
    actor,
    reason,
    status,
    signatureId,
    event,
    since: timeOf('since', values.since, now),
    until: timeOf('until', values.until, now),
  };
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string' && value.includes('\0')) throw usage(`--${name} must not hold NUL.`);
  }
  return query;
}

function timeOf(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * UNITS[unit as keyof typeof UNITS];
  if (instant.safeParse(text).success) return Date.parse(text);
  throw usage(`--${name} takes 2026-11-25, 2026-11-25T08:00:00Z, or a time ago such as 90m, 36h or 7d.`);
}
