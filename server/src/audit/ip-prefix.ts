import { ipv6Network, parsedAddress } from '../platform/ip-groups.ts';

/**
 * The network an address belongs to: IPv4 /24, IPv6 /48. The audit needs to tell networks apart, not people:
 * a /24 is what registries route at least, a /48 is one customer's site; both hide the machine and most of its moves.
 * Addresses that carry an IPv4 address count as that address, since their /48 would name it whole or not at all.
 * @param address as `addressOf()` gives it; a zone (`%eth0`) is ignored
 * @returns e.g. `203.0.113.0/24`, `2001:db8:7::/48`; `unknown` for anything that is not an address
 */
export function ipPrefix(address: string | undefined): string {
  const parsed = parsedAddress(address ?? '');
  if (!parsed) return 'unknown';
  if (parsed.family === 6) return `${ipv6Network(parsed.groups.slice(0, 3))}/48`;
  return `${parsed.dotted.slice(0, parsed.dotted.lastIndexOf('.'))}.0/24`;
}
