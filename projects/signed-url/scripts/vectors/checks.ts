import { accepted, canonical, type Check, exp, holder, refused, sign, target } from './check.ts';
import { parameterChecks } from './parameter-checks.ts';
import { refusedRawPaths } from './refused-raw-paths.ts';
import { signatureChecks } from './signature-checks.ts';

/** Requests at one holder. A runtime that reproduces these, reason or only status, can serve countersign1. */
export interface CheckVectors {
  holder: { authority: string; key: string; ignoredParameters: string[]; maxTtlSeconds: number };
  checks: Check[];
}

const week = 604_800;
const nonAscii = '/public/Zo%C3%AB%20%281%29.jpg';
const nonAsciiKey = 'public/Zo\u00eb (1).jpg';

const SPELLINGS: Check[] = [
  accepted('as it was formatted', target(canonical)),
  accepted('another spelling of a letter', target('/publi%63/%62.jpg')),
  accepted('escaped unreserved characters', target('/public/b%2Ejpg')),
  accepted('non-ASCII', target(nonAscii, { canonical: nonAscii }), { path: nonAsciiKey }),
  accepted('lower-case hex', target(nonAscii.toLowerCase().replace('zo', 'Zo'), { canonical: nonAscii }), {
    path: nonAsciiKey,
  }),
  accepted('raw reserved characters', target('/public/Zo%C3%AB%20(1).jpg', { canonical: nonAscii }), {
    path: nonAsciiKey,
  }),
  accepted('a plus sign in a path is a plus sign', target('/a+b.jpg', { canonical: '/a%2Bb.jpg' }), {
    path: 'a+b.jpg',
  }),
  refused(
    'signature',
    'a plus sign in a path is not a space',
    target('/a+b.jpg', { canonical: '/a%20b.jpg' }),
  ),
  refused('signature', 'letter case belongs to the key', target('/public/B.jpg')),
];

const PATHS: Check[] = refusedRawPaths.map(({ raw, why, lenient }) =>
  refused('path', why, target(raw, { canonical: lenient })),
);

const EXPIRIES: Check[] = [
  accepted('a second before it expires', target(canonical), { now: exp - 1 }),
  refused('expired', 'the second in which it expires', target(canonical), exp),
  refused('expired', 'long after', target(canonical), exp + week),
  accepted('as far ahead as clocks may differ', target(canonical), { now: exp - week - 60 }),
  refused('expiry-too-far', 'a second further ahead', target(canonical), exp - week - 61),
  refused(
    'signature',
    'expired and not signed',
    target(canonical).replace(sign(), sign({ sid: 'x' })),
    exp + 1,
  ),
];

const LENGTHS: Check[] = [
  accepted('a target of 2048 bytes', padded(2048)),
  refused('path', 'a target of 2049 bytes', padded(2049)),
];

/** Generates checks.json. */
export function checkVectors(): CheckVectors {
  const checks = [...SPELLINGS, ...PATHS, ...parameterChecks, ...signatureChecks, ...EXPIRIES, ...LENGTHS];
  return { holder, checks };
}

function padded(length: number): string {
  const start = target(canonical, {}, '&utm_source=');
  return start + 'a'.repeat(length - start.length);
}
