import fc from 'fast-check';
import { id, key } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { SignedUrlError } from './errors.ts';
import { expiryRefusal, MAX_TTL_SECONDS } from './expiry.ts';
import { windowedExpiry } from './node.ts';

const exp = 1_767_225_600;
const request = {
  nowSeconds: exp,
  lifetimeSeconds: 3600,
  kid: 'oKGio6SlpqeoqaqrrK2urw',
  path: 'public/team/a.jpg',
};

describe('expiryRefusal', () => {
  it('holds until the last moment before exp and refuses from exp on', () => {
    expect(expiryRefusal(exp, exp - 1)).toBeUndefined();
    expect(expiryRefusal(exp, exp - 0.001)).toBeUndefined();
    expect(expiryRefusal(exp, exp)).toBe('expired');
    expect(expiryRefusal(exp, exp + 1)).toBe('expired');
  });

  it('refuses more than 7 days and 60 seconds ahead', () => {
    expect(expiryRefusal(exp, exp - MAX_TTL_SECONDS)).toBeUndefined();
    expect(expiryRefusal(exp, exp - MAX_TTL_SECONDS - 60)).toBeUndefined();
    expect(expiryRefusal(exp, exp - MAX_TTL_SECONDS - 61)).toBe('expiry-too-far');
  });

  it('takes a shorter longest lifetime', () => {
    expect(expiryRefusal(exp, exp - 360, 300)).toBeUndefined();
    expect(expiryRefusal(exp, exp - 361, 300)).toBe('expiry-too-far');
  });

  it('refuses when the clock or the limit is not a number', () => {
    expect(expiryRefusal(exp, Number.NaN)).toBe('expired');
    expect(expiryRefusal(exp, exp - 10, Number.NaN)).toBe('expiry-too-far');
    expect(expiryRefusal(Number.NaN, exp)).toBe('expired');
  });
});

describe('windowedExpiry', () => {
  const nowSeconds = fc.integer({ min: 1_500_000_000, max: 4_000_000_000 });
  const lifetimeSeconds = fc.oneof(
    fc.integer({ min: 1, max: 7200 }),
    fc.integer({ min: 1, max: MAX_TTL_SECONDS }),
  );

  it('lands between 75 and 100 per cent of the lifetime', () => {
    fc.assert(
      fc.property(nowSeconds, lifetimeSeconds, id, key, (now, lifetime, kid, path) => {
        const lasts = windowedExpiry({ nowSeconds: now, lifetimeSeconds: lifetime, kid, path }) - now;
        expect(lasts).toBeGreaterThanOrEqual(lifetime * 0.75);
        expect(lasts).toBeLessThanOrEqual(lifetime);
      }),
      runs(500),
    );
  });

  it('is stable for a quarter of the lifetime and then steps by exactly that', () => {
    fc.assert(
      fc.property(nowSeconds, fc.integer({ min: 60, max: 7200 }), id, (now, lifetime, kid) => {
        const window = Math.floor(lifetime / 4);
        const at = (later: number): number =>
          windowedExpiry({ ...request, nowSeconds: now + later, lifetimeSeconds: lifetime, kid });
        const seen = new Map<number, number>();
        for (let second = 0; second < 2 * window; second++)
          seen.set(at(second), (seen.get(at(second)) ?? 0) + 1);
        const values = [...seen.keys()];
        expect(values.slice(1).every((value, index) => value - values[index]! === window)).toBeTrue();
        expect([...seen.values()].slice(1, -1).every((seconds) => seconds === window)).toBeTrue();
        expect(seen.size).toBeLessThanOrEqual(3);
      }),
      runs(5),
    );
  });

  it('lets different paths and keys roll over at different seconds', () => {
    const phases = new Set<number>();
    for (let index = 0; index < 100; index++)
      phases.add(windowedExpiry({ ...request, path: `public/team/${index}.jpg` }) % 900);
    expect(phases.size).toBeGreaterThan(80);
    expect(windowedExpiry(request)).not.toBe(windowedExpiry({ ...request, kid: 'AAAAAAAAAAAAAAAAAAAAAA' }));
  });

  it('drops fractions of the current second', () => {
    expect(windowedExpiry({ ...request, nowSeconds: exp + 0.999 })).toBe(windowedExpiry(request));
  });

  it('throws for a lifetime, clock, key id or path out of range', () => {
    const bad = [
      { lifetimeSeconds: 0 },
      { lifetimeSeconds: -1 },
      { lifetimeSeconds: 1.5 },
      { lifetimeSeconds: Number.NaN },
      { lifetimeSeconds: MAX_TTL_SECONDS + 1 },
      { nowSeconds: Number.NaN },
      { nowSeconds: Number.POSITIVE_INFINITY },
      { nowSeconds: exp * 1000 },
      { nowSeconds: 0 },
      { kid: 'short' },
      { path: '../secret' },
    ];
    for (const change of bad)
      expect(() => windowedExpiry({ ...request, ...change }))
        .withContext(JSON.stringify(change))
        .toThrowError(SignedUrlError);
  });
});
