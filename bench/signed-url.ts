import { createHmac, type KeyObject, randomBytes } from 'node:crypto';
import {
  deriveKey,
  expiryRefusal,
  parseSignedTarget,
  signUrl,
  stringToSign,
  verifyUrl,
} from '@countersign/signed-url';

/** One line of a bench: what was measured, what it is held against, and how much of that it must reach. */
export interface Result {
  name: string;
  /** Operations per second. */
  rate: number;
  /** Operations per second of the floor, in the same run. */
  floor: number;
  /** Median of the rounds' rate : floor. */
  ratio: number;
  /** Least ratio that holds. */
  hold: number;
}

const AUTHORITY = 'cdn.example.com';
const BASE = 'https://cdn.example.com/cdn';
const EXP = 1_767_225_600;
const NOW = EXP - 600;
/** Short rounds, many of them: what else the machine does then spoils a few, which the median ignores. */
const ROUNDS = 500;
const OPERATIONS = 1000;
const WARM_UP = 20;

/** A URL to make, with the very bytes that its two HMACs read. */
interface Sample {
  principal: string;
  path: string;
  sidMessage: string;
  stringToSign: string;
  target: string;
}

/**
 * Signs and verifies in process against bare HMACs over the same bytes with the same KeyObject.
 * Signing is everything after the expiry is known: signature id, signature, URL. Verifying is everything from the
 * raw request target on: parse, signature, expiry.
 */
export async function run(): Promise<Result[]> {
  const kid = randomBytes(16).toString('base64url');
  const key = deriveKey({
    master: randomBytes(32),
    salt: randomBytes(32),
    tenant: 'acme',
    ownerId: 'ada',
    kid,
  });
  const samples = Array.from({ length: 500 }, (_, index) => sample(key, kid, index));

  const sign = (index: number): number => {
    const { principal, path } = samples[index % samples.length]!;
    return signUrl(key, { base: BASE, authority: AUTHORITY, principal, path, exp: EXP, kid }).url.length;
  };
  const twoHmacs = (index: number): number => {
    const of = samples[index % samples.length]!;
    return bareHmac(key, of.sidMessage).length + bareHmac(key, of.stringToSign).length;
  };
  const verify = (index: number): number => {
    const parsed = parseSignedTarget(samples[index % samples.length]!.target);
    if (!parsed.ok) throw new Error('the bench parses what it signed');
    const live = expiryRefusal(parsed.url.exp, NOW) === undefined;
    if (!verifyUrl(key, AUTHORITY, parsed.url) || !live) throw new Error('the bench accepts what it signed');
    return parsed.url.sig.length;
  };
  const oneHmac = (index: number): number =>
    bareHmac(key, samples[index % samples.length]!.stringToSign).length;

  return [compare('sign', sign, twoHmacs), compare('verify', verify, oneHmac)];
}

function bareHmac(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function sample(key: KeyObject, kid: string, index: number): Sample {
  const principal = `user-${index % 50}`;
  const path = `public/team/avatar-${index}.jpg`;
  const { url, sid } = signUrl(key, { base: BASE, authority: AUTHORITY, principal, path, exp: EXP, kid });
  const sidFields = ['countersign1-sid', principal, '/' + path, String(EXP), ''];
  return {
    principal,
    path,
    sidMessage: sidFields.map((field) => '\0\0\0' + String.fromCharCode(field.length) + field).join(''),
    stringToSign: stringToSign({ authority: AUTHORITY, path, exp: EXP, kid, sid }),
    target: url.slice(BASE.length),
  };
}

/** Rounds alternate, so that a busy machine slows both sides alike. */
function compare(name: string, subject: (index: number) => number, floor: (index: number) => number): Result {
  const ratios: number[] = [];
  const rates: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < WARM_UP; round++) {
    perSecond(subject);
    perSecond(floor);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const floorRate = perSecond(floor);
    const rate = perSecond(subject);
    rates.push(rate);
    floors.push(floorRate);
    ratios.push(rate / floorRate);
  }
  return { name, rate: median(rates), floor: median(floors), ratio: median(ratios), hold: 0.6 };
}

function perSecond(operation: (index: number) => number): number {
  const start = process.hrtime.bigint();
  let sum = 0;
  for (let index = 0; index < OPERATIONS; index++) sum += operation(index);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (sum === 0) throw new Error('nothing was measured');
  return OPERATIONS / seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function perSecondText(rate: number): string {
  return `${Math.round(rate).toLocaleString('en').replaceAll(',', ' ')}/s`;
}

if (import.meta.main) {
  for (const { name, rate, floor, ratio } of await run())
    console.log(
      `${name.padEnd(8)}${perSecondText(rate)}  floor ${perSecondText(floor)}  ratio ${ratio.toFixed(2)}`,
    );
}
