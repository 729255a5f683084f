import type { IncomingMessage } from 'node:http';
import { readEnvironment } from '../config.ts';
import { addressKey } from './client-address.ts';
import { addressReader, type TrustedProxies } from './trusted-proxies.ts';

const read = (proxies: TrustedProxies, remoteAddress: string, forwarded?: string): string =>
  addressReader(proxies)({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

describe('the address of a caller', () => {
  it('is that of the connection while no proxy is trusted, whatever the header says', () => {
    for (const none of [[], 0]) {
      expect(read(none, '203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    }
  });

  it('is what a trusted proxy says, and no further', () => {
    const proxies = ['10.0.0.0/8', '2001:db8:7::/48'];
    expect(read(proxies, '10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
    expect(read(proxies, '10.1.2.3', '198.51.100.1, 192.0.2.9')).toBe('192.0.2.9');
    expect(read(proxies, '10.1.2.3', '198.51.100.1, 10.9.9.9')).toBe('198.51.100.1');
    expect(read(proxies, '2001:db8:7:1::2', '198.51.100.1')).toBe('198.51.100.1');
    expect(read(proxies, '::ffff:10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
    expect(read(proxies, '203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(read(proxies, '10.1.2.3')).toBe('10.1.2.3');
  });

  it('is the first of the header when all of it was written by trusted proxies', () => {
    expect(read(['10.0.0.0/8'], '10.1.2.3', '10.7.7.7, 10.9.9.9')).toBe('10.7.7.7');
  });

  it('is found by counting hops', () => {
    const header = '192.0.2.66, 198.51.100.1, 10.9.9.9';
    expect(read(1, '10.1.2.3', header)).toBe('10.9.9.9');
    expect(read(2, '10.1.2.3', header)).toBe('198.51.100.1');
    expect(read(9, '10.1.2.3', header)).toBe('192.0.2.66');
  });

  it('is the last that is known when an entry is not an address', () => {
    for (const entry of ['unknown', '', '_hidden', '1.2.3', 'javascript:alert(1)', '2001:db8::1%eth0 x']) {
      expect(read(2, '10.1.2.3', `192.0.2.66, ${entry}, 10.9.9.9`)).toBe('10.9.9.9');
    }
  });

  it('loses the port that some gateways write', () => {
    expect(read(1, '10.1.2.3', '203.0.113.7:49152')).toBe('203.0.113.7');
    expect(read(1, '10.1.2.3', '[2001:db8::1]:49152')).toBe('2001:db8::1');
    expect(read(1, '10.1.2.3', '[2001:db8::1]')).toBe('2001:db8::1');
  });
});

describe('the key of an address', () => {
  const keys: [string, string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2002:cb00:7107::1', '203.0.113.7'],
    ['2001:db8:7:1:2:3:4:5', '2001:db8:7:1::/64'],
    ['2001:DB8:0007:0001:ffff::', '2001:db8:7:1::/64'],
    ['2001:db8::5', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['', 'unknown'],
  ];
  for (const [address, key] of keys) {
    it(`of ${address || 'nobody'} is ${key}`, () => {
      expect(addressKey(address)).toBe(key);
    });
  }
});

describe('TRUSTED_PROXIES', () => {
  it('is a list of addresses and CIDRs, or a number', () => {
    expect(readEnvironment({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).TRUSTED_PROXIES).toEqual([
      '10.0.0.0/8',
      '::1',
    ]);
    expect(readEnvironment({ TRUSTED_PROXIES: '2' }).TRUSTED_PROXIES).toBe(2);
    expect(readEnvironment({}).TRUSTED_PROXIES).toEqual([]);
  });

  const wrong = [
    'proxy.example.com',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::1/129',
    '10.0.0.0/8/8',
    '10.0.0.1,2',
    '99',
    'true',
  ];
  for (const text of wrong) {
    it(`is refused by name when it is ${text}`, () => {
      expect(() => readEnvironment({ TRUSTED_PROXIES: text })).toThrowError(
        /^TRUSTED_PROXIES: ".*" is neither/,
      );
    });
  }
});
