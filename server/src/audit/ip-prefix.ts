import { isIPv4, isIPv6 } from 'node:net';

const SIX_TO_FOUR = 0x2002;

/**
 * The network an address belongs to: IPv4 /24, IPv6 /48. The audit needs to tell networks apart, not people:
 * a /24 is what registries route at least, a /48 is one customer's site; both hide the machine and most of its moves.
 * Addresses that carry an IPv4 address (`::ffff:a.b.c.d`, 6to4 RFC 3056) count as that address, since their /48 would
 * name it whole or not at all.
 * @param address as `socket.remoteAddress` gives it; a zone (`%eth0`) is ignored
 * @returns e.g. `203.0.113.0/24`, `2001:db8:7::/48`; `unknown` for anything that is not an address
 */
export function ipPrefix(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  if (isIPv4(address)) return network4(address);
  if (!isIPv6(address)) return 'unknown';
  const groups = groupsOf(address.toLowerCase());
  const [a = 0, b = 0, c = 0] = groups;
  if (a === SIX_TO_FOUR) return network4FromGroups(b, c);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return network4FromGroups(groups[6] ?? 0, groups[7] ?? 0);
  return `${shortest([a, b, c])}/48`;
}

const network4 = (address: string): string => `${address.slice(0, address.lastIndexOf('.'))}.0/24`;

const network4FromGroups = (high: number, low: number): string =>
  `${high >> 8}.${high & 255}.${low >> 8}.0/24`;

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const before = parseGroups(head);
  if (tail === undefined) return before;
  const after = parseGroups(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** RFC 5952 spelling of a prefix whose remaining groups are zero. */
function shortest(groups: readonly number[]): string {
  const last = groups.findLastIndex((group) => group !== 0);
  return `${groups
    .slice(0, last + 1)
    .map((group) => group.toString(16))
    .join(':')}::`;
}
