import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readEnvironment } from '../config.ts';
import { checkedConfig } from '../countersign-config.ts';
import { LIMITS, ratesOf, rateOf, type LimitName } from './limit-table.ts';

const PAGE = new URL('../../../docs/limits.md', import.meta.url);

describe('the table of limits', () => {
  it('is in docs/limits.md row by row', () => {
    const documented = readFileSync(PAGE, 'utf8')
      .split('\n')
      .filter((line) => /^\| `[a-z]/.test(line))
      .map((line) => line.replace(/ {2,}/g, ' '))
      .filter((line) => line.split('|').length === 6);
    expect(documented).toEqual(
      Object.entries(LIMITS).map(
        ([name, { rate, per, counts }]) => `| \`${name}\` | ${rate} | ${per} | ${counts} |`,
      ),
    );
  });

  it('has the figures of the specifications', () => {
    const figures: Partial<Record<LimitName, [number, number]>> = {
      sign: [100, 60],
      'refresh-url': [60, 60],
      'refresh-batch': [10, 3600],
      'asset-status': [120, 60],
      migrate: [1, 86_400],
      site: [1000, 3600],
    };
    const rates = ratesOf({});
    for (const [name, [quota, seconds]] of Object.entries(figures)) {
      expect(rates.get(name as LimitName))
        .withContext(name)
        .toEqual({ quota, seconds });
    }
  });

  it('reads every unit, and off', () => {
    expect(['7/s', '7/min', '7/h', '7/day'].map((text) => rateOf(text)?.seconds)).toEqual([
      1, 60, 3600, 86_400,
    ]);
    expect(rateOf('off')).toBeUndefined();
    expect(ratesOf({ sign: 'off' }).has('sign')).toBeFalse();
  });
});

describe('RATE_LIMITS', () => {
  it('changes what it names', () => {
    const { RATE_LIMITS } = readEnvironment({ RATE_LIMITS: 'sign=300/min, api = off' });
    expect(RATE_LIMITS).toEqual({ sign: '300/min', api: 'off' });
    const rates = ratesOf(RATE_LIMITS ?? {});
    expect(rates.get('sign')).toEqual({ quota: 300, seconds: 60 });
    expect(rates.has('api')).toBeFalse();
    expect(rates.get('signatures')).toEqual({ quota: 5000, seconds: 60 });
  });

  const wrong: [string, RegExp][] = [
    ['sing=100/min', /^RATE_LIMITS: there is no limit "sing"; there are sign, signatures,/],
    ['__proto__=1/s', /there is no limit "__proto__"/],
    ['sign', /"sign" is no limit: write name=number\/unit/],
    ['sign=100', /"sign=100" is no limit/],
    ['sign=0/min', /"sign=0\/min"/],
    ['sign=1.5/min', /"sign=1.5\/min"/],
    ['sign=100/fortnight', /"sign=100\/fortnight"/],
    ['api=off,sign=,', /"sign="/],
    ['sign=1/s,sign=2/s', /"sign" is there twice/],
  ];
  for (const [text, words] of wrong) {
    it(`names the item of ${text}`, () => {
      expect(() => readEnvironment({ RATE_LIMITS: text })).toThrowError(words);
    });
  }

  it('is an object in an app of one’s own, and checked as well', () => {
    const config = {
      databaseUrl: 'postgres://127.0.0.1/x',
      dataDir: 'data',
      masterSecret: 'master-0123456789-abcdefghijklmnop',
      jwtSecret: 'jwt-0123456789-abcdefghijklmnopqrst',
      auditSigningKey: randomBytes(32).toString('base64'),
      deliveryUrl: 'https://cdn.example.com',
    };
    expect(checkedConfig({ ...config, rateLimits: { sign: '5/s' } }).rateLimits).toEqual({ sign: '5/s' });
    expect(() => checkedConfig({ ...config, rateLimits: { sign: 'often' } })).toThrowError(
      /rateLimits.*"sign=often"/,
    );
    expect(() => checkedConfig({ ...config, rateLimits: { sing: '5/s' } as object })).toThrowError(/"sing"/);
  });
});
