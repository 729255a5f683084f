/** What one counter of a limit belongs to. */
export type LimitKey = 'principal' | 'address' | 'tenant' | 'site';

interface DeclaredLimit {
  /** `number/unit`: so many in a window that begins with the first. */
  rate: string;
  per: LimitKey;
  /** For docs/limits.md, which is checked against this. */
  counts: string;
}

/** Every limit with its default. `RATE_LIMITS` changes one by its name. */
export const LIMITS = {
  sign: { rate: '100/min', per: 'principal', counts: 'calls of sign and sign/batch, signed in' },
  signatures: {
    rate: '5000/min',
    per: 'principal',
    counts: 'URLs asked for, signed in: a batch of n counts n',
  },
  anonymous: { rate: '600/min', per: 'address', counts: 'API calls without signing in, of any kind' },
  'anonymous-signatures': {
    // Design: 600 calls of 50. Many people may have one address.
    rate: '30000/min',
    per: 'address',
    counts: 'URLs asked for without signing in',
  },
  'anonymous-tenant': {
    rate: '120000/min',
    per: 'tenant',
    counts: 'URLs asked for without signing in, by everybody together',
  },
  api: { rate: '1200/min', per: 'principal', counts: 'all other API calls, signed in' },
  // Four leases a second for each of some hundred instances, and what they resolve.
  edge: { rate: '60000/min', per: 'principal', counts: 'leases and questions of one edge' },
  'failed-sign-in': { rate: '60/min', per: 'address', counts: 'calls whose token is refused' },
  'refresh-url': { rate: '60/min', per: 'tenant', counts: 'refreshing one published URL (to come)' },
  'refresh-batch': { rate: '10/h', per: 'tenant', counts: 'refreshing published URLs in a batch (to come)' },
  'asset-status': {
    rate: '120/min',
    per: 'tenant',
    counts: 'asking for the state of published URLs (to come)',
  },
  migrate: { rate: '1/day', per: 'tenant', counts: 'migrating to stable links (to come)' },
  site: { rate: '1000/h', per: 'site', counts: 'calls of one partner site (to come)' },
} as const satisfies Readonly<Record<string, DeclaredLimit>>;

export type LimitName = keyof typeof LIMITS;

/** So many in so many seconds. */
export interface Rate {
  quota: number;
  seconds: number;
}

/** What an operator may change: `{ sign: '300/min', api: 'off' }`. */
export type RateLimitSettings = Readonly<Partial<Record<LimitName, string>>>;

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, day: 86_400 };
const RATE = /^([1-9]\d{0,8})\/(s|min|h|day)$/;

/** @returns the rate, undefined for `off`; null when it is neither */
export function rateOf(text: string): Rate | undefined | null {
  if (text === 'off') return undefined;
  const [, quota, unit = ''] = RATE.exec(text) ?? [];
  return quota === undefined ? null : { quota: Number(quota), seconds: UNITS[unit] ?? Number.NaN };
}

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(LIMITS, name);

/**
 * @param settings name to rate, as somebody wrote them
 * @returns the sentence that says which is not valid; undefined when all are
 */
export function wrongLimit(settings: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, text] of Object.entries(settings)) {
    if (!isLimitName(name)) return `there is no limit "${name}"; there are ${Object.keys(LIMITS).join(', ')}`;
    if (typeof text !== 'string' || rateOf(text) === null) {
      return `"${name}=${String(text)}" is no limit: write ${name}=number/unit with s, min, h or day, or ${name}=off`;
    }
  }
  return undefined;
}

/**
 * @param items of `RATE_LIMITS`, e.g. `sign=300/min`
 * @returns the settings, or the sentence that says which item is not valid
 */
export function settingsOf(items: readonly string[]): RateLimitSettings | string {
  const rates = new Map<string, string>();
  for (const item of items) {
    const [name = '', rate] = item.split('=').map((part) => part.trim());
    if (rate === undefined) return `"${item}" is no limit: write name=number/unit, e.g. sign=100/min`;
    if (rates.has(name)) return `"${name}" is there twice`;
    rates.set(name, rate);
  }
  const settings = Object.fromEntries(rates);
  return wrongLimit(settings) ?? settings;
}

/** @returns the rate of every limit that is on */
export function ratesOf(settings: RateLimitSettings): ReadonlyMap<LimitName, Rate> {
  const rates = new Map<LimitName, Rate>();
  for (const name of Object.keys(LIMITS) as LimitName[]) {
    const rate = rateOf(settings[name] ?? LIMITS[name].rate);
    if (rate) rates.set(name, rate);
  }
  return rates;
}
