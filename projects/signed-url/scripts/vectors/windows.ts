import { createHash } from 'node:crypto';
import { windowMessage } from '../../src/derivation.ts';
import type { ExpiryRequest } from '../../src/expiry.ts';
import { windowedExpiry } from '../../src/node.ts';
import { counting, id, sample } from './sample.ts';

/** An expiry and the SHA-256 that shifts its windows; message and digest in hex. */
export interface WindowVector extends ExpiryRequest {
  message: string;
  digest: string;
  exp: number;
}

const { kid, path, now, lifetime } = sample;

const REQUESTS: ExpiryRequest[] = [
  { nowSeconds: now, lifetimeSeconds: lifetime, kid, path },
  { nowSeconds: now + 225, lifetimeSeconds: lifetime, kid, path },
  { nowSeconds: now + 450, lifetimeSeconds: lifetime, kid, path },
  { nowSeconds: now + 675, lifetimeSeconds: lifetime, kid, path },
  { nowSeconds: now + 900, lifetimeSeconds: lifetime, kid, path },
  { nowSeconds: now, lifetimeSeconds: lifetime, kid: id(counting(0xf0, 16)), path },
  { nowSeconds: now, lifetimeSeconds: lifetime, kid, path: 'public/team/Zo\u00eb.jpg' },
  { nowSeconds: now, lifetimeSeconds: 1, kid, path },
  { nowSeconds: now, lifetimeSeconds: 7, kid, path },
  { nowSeconds: now, lifetimeSeconds: 300, kid, path },
  { nowSeconds: now, lifetimeSeconds: 604_800, kid, path },
];

/** Generates windows.json. */
export function windowVectors(): WindowVector[] {
  return REQUESTS.map((request) => {
    const message = Buffer.from(windowMessage(request), 'latin1');
    return {
      ...request,
      message: message.toString('hex'),
      digest: createHash('sha256').update(message).digest('hex'),
      exp: windowedExpiry(request),
    };
  });
}
