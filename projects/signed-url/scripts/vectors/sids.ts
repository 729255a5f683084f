import { sidMessage, type SidInput } from '../../src/derivation.ts';
import { deriveKey, deriveSid, windowedExpiry } from '../../src/node.ts';
import { sample } from './sample.ts';

/** First 16 bytes of HMAC-SHA256(key, message), in base64url. Bytes in hex. */
export interface SidVector extends SidInput {
  key: string;
  message: string;
  sid: string;
}

/** Expiry of the worked example. */
export const sampleExpiry = windowedExpiry({
  nowSeconds: sample.now,
  lifetimeSeconds: sample.lifetime,
  kid: sample.kid,
  path: sample.path,
});

const { principal, path } = sample;
const exp = sampleExpiry;

const INPUTS: SidInput[] = [
  { principal, path, exp },
  { principal: 'anonymous', path, exp },
  { principal, path, exp: exp + 900 },
  { principal, path: 'public/team/Zo\u00eb.jpg', exp },
  { principal, path, exp, dl: '' },
  { principal, path, exp, dl: 'Zo\u00eb & Ada.jpg' },
  { principal: 'user:Zo\u00eb', path: 'a'.repeat(200), exp },
];

/** Generates sids.json. */
export function sidVectors(): SidVector[] {
  const key = deriveKey(sample);
  return INPUTS.map((input) => ({
    key: key.export().toString('hex'),
    ...input,
    message: Buffer.from(sidMessage(input), 'latin1').toString('hex'),
    sid: deriveSid(key, input),
  }));
}
