import { createHmac } from 'node:crypto';
import { counting, id, sample } from './sample.ts';
import { sampleExpiry } from './sids.ts';

/** Why a holder refuses. It tells only `expired`; for the rest it answers the same 403. */
export type Outcome = 'accepted' | 'path' | 'parameter' | 'signature' | 'expired' | 'expiry-too-far';

/** One request at a holder that knows one key, and what becomes of it. */
export interface Check {
  why: string;
  target: string;
  now: number;
  status: 200 | 403;
  outcome: Outcome;
  /** Decoded key, when accepted. */
  path?: string;
  /** Decoded download name, when accepted with one. */
  dl?: string;
}

/** What a signature was made over, as text: no library function decides what goes in. */
export interface Lines {
  version: string;
  method: string;
  authority: string;
  canonical: string;
  exp: string;
  kid: string;
  sid: string;
  dl: string;
}

export const exp = sampleExpiry;
export const kid = sample.kid;
export const sid = id(counting(0xb0, 16));
export const otherId = id(counting(0xc0, 16));
export const canonical = '/public/b.jpg';
const key = Buffer.from('8f'.repeat(32), 'hex');

/** What the holder knows. */
export const holder = {
  authority: sample.authority,
  key: key.toString('hex'),
  ignoredParameters: ['utm_*', 'fbclid', 'gclid'],
  maxTtlSeconds: 604_800,
};

/** A valid signature over the lines, whoever would write such lines. */
export function sign(changes: Partial<Lines> = {}, withKey: Buffer = key): string {
  const lines: Lines = {
    version: 'countersign1',
    method: 'GET',
    authority: sample.authority,
    canonical,
    exp: String(exp),
    kid,
    sid,
    dl: '',
    ...changes,
  };
  return createHmac('sha256', withKey).update(Object.values(lines).join('\n')).digest('base64url');
}

/** The target as `formatSignedUrl` orders it. */
export function target(raw: string, changes: Partial<Lines> = {}, rest = ''): string {
  const { exp: until, kid: keyId, sid: signatureId } = { exp: String(exp), kid, sid, ...changes };
  return `${raw}?sig=${sign(changes)}&exp=${until}&kid=${keyId}&sid=${signatureId}${rest}`;
}

/** A target that must open `path`. */
export function accepted(
  why: string,
  of: string,
  more: { path?: string; dl?: string; now?: number } = {},
): Check {
  return { why, target: of, now: exp - 60, status: 200, outcome: 'accepted', path: 'public/b.jpg', ...more };
}

/** A target that must not open anything. */
export function refused(outcome: Outcome, why: string, of: string, now = exp - 60): Check {
  return { why, target: of, now, status: 403, outcome };
}
