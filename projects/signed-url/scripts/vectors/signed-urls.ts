import { formatSignedUrl } from '../../src/format.ts';
import { deriveKey, deriveSid, signatureOf } from '../../src/node.ts';
import { stringToSign } from '../../src/string-to-sign.ts';
import { sample } from './sample.ts';
import { sampleExpiry } from './sids.ts';

/** A complete signature: HMAC-SHA256(key, stringToSign) in base64url, and the URL that carries it. Key in hex. */
export interface SignedUrlVector {
  key: string;
  base: string;
  principal: string;
  authority: string;
  path: string;
  exp: number;
  kid: string;
  sid: string;
  dl?: string;
  stringToSign: string;
  sig: string;
  url: string;
}

/** What varies. */
interface Variant {
  base: string;
  authority: string;
  path: string;
  dl?: string;
}

const { base, authority, path } = sample;

const VARIANTS: Variant[] = [
  { base, authority, path },
  { base, authority, path, dl: '' },
  { base, authority, path, dl: 'Zo\u00eb & Ada (final).jpg' },
  { base: 'http://127.0.0.1:3000/cdn', authority: '127.0.0.1:3000', path },
  { base: 'http://[::1]:3000/cdn', authority: '[::1]:3000', path: 'a' },
  { base, authority, path: 'users/ada/documents/Vertrag \u00dcbersicht (1).pdf' },
  { base, authority, path: '\u65e5\u672c\u8a9e/\u5199\u771f \u{1f600}.png' },
  { base, authority, path: "it's a+b&c=d;e,f:g@h$!*~.txt" },
  { base, authority, path: Array.from({ length: 5 }, () => 'a'.repeat(204)).join('/') },
];

/** Generates signed-urls.json. */
export function signedUrlVectors(): SignedUrlVector[] {
  const key = deriveKey(sample);
  return VARIANTS.map((variant) => {
    const of = { path: variant.path, exp: sampleExpiry, dl: variant.dl };
    const sid = deriveSid(key, { principal: sample.principal, ...of });
    const fields = { ...of, authority: variant.authority, kid: sample.kid, sid };
    const sig = signatureOf(key, fields);
    return {
      key: key.export().toString('hex'),
      principal: sample.principal,
      ...variant,
      exp: sampleExpiry,
      kid: sample.kid,
      sid,
      stringToSign: stringToSign(fields),
      sig,
      url: formatSignedUrl(variant.base, { ...fields, sig }),
    };
  });
}
