import { isIPv4, isIPv6 } from 'node:net';

const SIX_TO_FOUR = 0x2002;

/** One address, taken apart. */
export type ParsedAddress =
  | { readonly family: 4; readonly dotted: string }
  | { readonly family: 6; readonly groups: readonly number[] };

/**
 * Addresses that carry an IPv4 address (`::ffff:a.b.c.d`, 6to4 RFC 3056) are that address: it is who speaks.
 *
 * @param address as `socket.remoteAddress` gives it; a zone (`%eth0`) is ignored
 * @returns the IPv4 address as written, or the eight groups; undefined for anything that is not an address
 */
export function parsedAddress(address: string): ParsedAddress | undefined {
  if (isIPv4(address)) return { family: 4, dotted: address };
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address.toLowerCase());
  const [a = 0, b = 0, c = 0] = groups;
  if (a === SIX_TO_FOUR) return { family: 4, dotted: dotted(b, c) };
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return { family: 4, dotted: dotted(groups[6] ?? 0, groups[7] ?? 0) };
  return { family: 6, groups };
}

/** RFC 5952 spelling of a network: its first groups, the remaining ones zero; with the `::`, without a length. */
export function ipv6Network(groups: readonly number[]): string {
  const last = groups.findLastIndex((group) => group !== 0);
  return `${groups
    .slice(0, last + 1)
    .map((group) => group.toString(16))
    .join(':')}::`;
}

const dotted = (high: number, low: number): string => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;

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
