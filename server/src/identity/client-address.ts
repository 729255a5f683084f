import type { Request, RequestHandler } from 'express';
import { ipv6Network, parsedAddress } from '../platform/ip-groups.ts';
import { addressReader, type TrustedProxies } from './trusted-proxies.ts';

/**
 * Finds out from which address a request comes, for `addressOf`. The router decides it by itself: `trust proxy` of the
 * app around it, and so `request.ip`, have no say.
 */
export function clientAddress(proxies: TrustedProxies): RequestHandler {
  const read = addressReader(proxies);
  return (request, response, next) => {
    response.locals['address'] = read(request);
    next();
  };
}

/** @returns the whole address of whoever speaks, for limits and `ipPrefix()`: never log or store it; empty when unknown */
export const addressOf = ({ res }: Request): string => (res?.locals['address'] as string | undefined) ?? '';

/**
 * What a limit counts as one address: IPv4 whole, IPv6 /64, which is the least that one customer gets.
 *
 * @returns e.g. `203.0.113.7`, `2001:db8:7:1::/64`; `unknown` for anything that is not an address
 */
export function addressKey(address: string): string {
  const parsed = parsedAddress(address);
  if (!parsed) return 'unknown';
  return parsed.family === 4 ? parsed.dotted : `${ipv6Network(parsed.groups.slice(0, 4))}/64`;
}
