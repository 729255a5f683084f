import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** More proxies than anybody has in a row. */
export const MOST_HOPS = 16;

/** Which neighbours are believed when they say for whom they speak: addresses and CIDRs, or a number of hops. */
export type TrustedProxies = readonly string[] | number;

/**
 * @param items of `TRUSTED_PROXIES`: addresses, CIDRs, or one whole number
 * @returns undefined when one is none of these; `wrongProxy` names it
 */
export function trustedProxiesOf(items: readonly string[]): TrustedProxies | undefined {
  const [first = '', second] = items;
  if (/^\d+$/.test(first) && second === undefined) {
    const hops = Number(first);
    return hops <= MOST_HOPS ? hops : undefined;
  }
  return wrongProxy(items) === undefined ? items : undefined;
}

/** @returns the first item that is neither an address nor a CIDR */
export const wrongProxy = (items: readonly string[]): string | undefined =>
  items.find((item) => !rangeOf(item));

function rangeOf(item: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length, more] = item.split('/');
  if (more !== undefined || address.includes('%') || isIP(address) === 0) return undefined;
  const widest = isIPv4(address) ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length ?? widest);
  // A /0 would believe everybody, and so whoever calls could be anybody.
  return bits >= 1 && bits <= widest
    ? { address, bits, family: isIPv4(address) ? 'ipv4' : 'ipv6' }
    : undefined;
}

/**
 * Says who speaks, for the audit and for limits. `X-Forwarded-For` is read from its end, and only as long as what has
 * been read so far is a trusted proxy: what a client writes itself stands before that, and is not looked at.
 *
 * @returns from a request to the address; empty when its connection has gone
 */
export function addressReader(proxies: TrustedProxies): (request: IncomingMessage) => string {
  const isTrusted = trust(proxies);
  if (!isTrusted) return (request) => request.socket.remoteAddress ?? '';
  return (request) => {
    let address = request.socket.remoteAddress ?? '';
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined || !isTrusted(address, 0)) return address;
    const hops = String(forwarded).split(',');
    for (let read = 1; hops.length > 0; read += 1) {
      const next = withoutPort(hops.pop()?.trim() ?? '');
      // A proxy that does not know writes "unknown": then it is the last that is known.
      if (isIP(next) === 0) return address;
      address = next;
      if (!isTrusted(address, read)) return address;
    }
    return address;
  };
}

function trust(proxies: TrustedProxies): ((address: string, hop: number) => boolean) | undefined {
  if (typeof proxies === 'number') return proxies > 0 ? (_address, hop) => hop < proxies : undefined;
  if (proxies.length === 0) return undefined;
  const trusted = new BlockList();
  for (const item of proxies) {
    const range = rangeOf(item);
    if (range) trusted.addSubnet(range.address, range.bits, range.family);
  }
  return (address) => {
    const bare = address.split('%')[0] ?? '';
    return isIP(bare) !== 0 && trusted.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
  };
}

/** Some gateways write `203.0.113.7:49152` or `[2001:db8::1]:49152`. */
function withoutPort(entry: string): string {
  const [, six, four] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(entry) ?? [];
  return six ?? four ?? entry;
}
