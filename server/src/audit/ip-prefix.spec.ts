import { ipPrefix } from './ip-prefix.ts';

describe('ipPrefix', () => {
  const networks: readonly (readonly [string, string])[] = [
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['::FFFF:CB00:7107', '203.0.113.0/24'],
    ['2001:db8:7:1:2:3:4:5', '2001:db8:7::/48'],
    ['2001:DB8:0007::1', '2001:db8:7::/48'],
    ['2001:db8::1', '2001:db8::/48'],
    ['2001:0:7::1', '2001:0:7::/48'],
    ['::1', '::/48'],
    ['::', '::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['1::', '1::/48'],
    ['1:2:3:4:5:6:7::', '1:2:3::/48'],
    ['64:ff9b::203.0.113.7', '64:ff9b::/48'],
  ];
  for (const [address, network] of networks) {
    it(`puts ${address} into ${network}`, () => expect(ipPrefix(address)).toBe(network));
  }

  it('does not let a 6to4 address give away the whole IPv4 address inside it', () => {
    expect(ipPrefix('2002:cb00:7107::1')).toBe('203.0.113.0/24');
  });

  for (const garbage of [
    undefined,
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '999.1.1.1',
    '::1::2',
    '1.2.3.4\n',
    'x'.repeat(1e5),
  ]) {
    it(`calls ${JSON.stringify(garbage)?.slice(0, 20) ?? 'no address'} unknown`, () => {
      expect(ipPrefix(garbage)).toBe('unknown');
    });
  }
});
