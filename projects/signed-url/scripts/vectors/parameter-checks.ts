import { accepted, canonical, type Check, exp, kid, otherId, refused, sid, sign, target } from './check.ts';

const sig = sign();
const rest = `exp=${exp}&kid=${kid}&sid=${sid}`;
const report = { dl: 'dl=report%20%281%29.pdf' };

/** The same bytes in another spelling: the next letter of the alphabet differs in spare bits only. */
function withSpareBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1);
}

/** Parameters: order, number, names and spellings. */
export const parameterChecks: readonly Check[] = [
  accepted('parameters in another order', `${canonical}?sid=${sid}&kid=${kid}&exp=${exp}&sig=${sig}`),
  accepted('an ignored parameter', target(canonical, {}, '&fbclid=x')),
  accepted(
    'ignored parameters by wildcard, twice, and before the others',
    `${canonical}?utm_a=1&utm_a=&sig=${sig}&${rest}`,
  ),
  accepted('a question mark in an ignored value', target(canonical, {}, '&utm_source=a?b/c')),
  accepted('a download name', target(canonical, report, '&' + report.dl), { dl: 'report (1).pdf' }),
  accepted('another spelling of a download name', target(canonical, report, '&dl=repor%74%20(1).pdf'), {
    dl: 'report (1).pdf',
  }),
  accepted('an empty download name', target(canonical, { dl: 'dl=' }, '&dl='), { dl: '' }),
  accepted('a plus sign in a download name', target(canonical, { dl: 'dl=a%2Bb' }, '&dl=a+b'), { dl: 'a+b' }),
  refused('signature', 'a plus sign is not a space', target(canonical, { dl: 'dl=a%20b' }, '&dl=a+b')),

  refused('parameter', 'no parameters', canonical),
  refused('parameter', 'an empty query', canonical + '?'),
  refused('parameter', 'sig missing', `${canonical}?${rest}`),
  refused('parameter', 'exp missing', `${canonical}?sig=${sig}&kid=${kid}&sid=${sid}`),
  refused('parameter', 'kid missing', `${canonical}?sig=${sig}&exp=${exp}&sid=${sid}`),
  refused('parameter', 'sid missing', `${canonical}?sig=${sig}&exp=${exp}&kid=${kid}`),
  refused('parameter', 'sig twice', target(canonical, {}, `&sig=${sig}`)),
  refused('parameter', 'exp twice', target(canonical, {}, `&exp=${exp}`)),
  refused('parameter', 'a later exp in front', `${canonical}?exp=${exp + 1}&sig=${sig}&${rest}`),
  refused('parameter', 'kid twice', target(canonical, {}, `&kid=${otherId}`)),
  refused('parameter', 'sid twice', target(canonical, {}, `&sid=${sid}`)),
  refused('parameter', 'dl twice', target(canonical, report, `&${report.dl}&${report.dl}`)),
  refused('parameter', 'an unknown parameter', target(canonical, {}, '&width=200')),
  refused('parameter', 'an unknown parameter in front', `${canonical}?width=200&sig=${sig}&${rest}`),
  refused('parameter', 'a name that is only the prefix of an ignored one', target(canonical, {}, '&utm=1')),
  refused('parameter', 'a name that begins like an ignored one', target(canonical, {}, '&fbclid2=1')),
  refused('parameter', 'an upper-case name', target(canonical).replace('sig=', 'SIG=')),
  refused('parameter', 'an encoded name', target(canonical).replace('sig=', '%73ig=')),
  refused('parameter', 'an encoded value', target(canonical).replace(`sid=${sid[0]}`, `sid=%${hexOf(sid)}`)),
  refused('parameter', 'an empty parameter', target(canonical).replace('&exp', '&&exp')),
  refused('parameter', 'an ampersand at the end', target(canonical, {}, '&')),
  refused('parameter', 'a parameter without a value', target(canonical, {}, '&dl')),
  refused('parameter', 'an ignored parameter without a value', target(canonical, {}, '&fbclid')),
  refused('parameter', 'a second question mark', `${canonical}?x?sig=${sig}&${rest}`),
  refused('signature', 'semicolons for ampersands', target(canonical).replaceAll('&', ';')),
  refused('parameter', 'a fragment', target(canonical, {}, '#x')),
  refused('parameter', 'a fragment in an ignored value', target(canonical, {}, '&utm_source=a#b')),
  refused('parameter', 'a quote in an ignored value', target(canonical, {}, '&utm_source="')),
  refused('parameter', 'a quote in an ignored name', target(canonical, {}, '&utm_"=a')),
  refused('parameter', 'an apostrophe, which a URL parser encodes', target(canonical, {}, "&utm_source='")),
  refused('signature', 'a tab, which a URL parser drops', target(canonical).replace('&exp', '\t&exp')),
  refused('parameter', 'a space at the end, which a URL parser drops', target(canonical, {}, ' ')),

  refused('parameter', 'exp with a leading zero', target(canonical, { exp: `0${exp}` })),
  refused(
    'parameter',
    'exp of ten digits with a leading zero',
    target(canonical, { exp: '0999999999' }),
    999_999_000,
  ),
  refused('parameter', 'exp of nine digits', target(canonical, { exp: '999999999' })),
  refused('parameter', 'exp with a sign', target(canonical, { exp: `+${exp}` })),
  refused('parameter', 'exp with a fraction', target(canonical, { exp: `${exp}.5` })),
  refused('parameter', 'exp as a power', target(canonical, { exp: '1e10' })),
  refused('parameter', 'exp in hex', target(canonical, { exp: '0x69557d90' })),
  refused('parameter', 'exp in other digits', target(canonical, { exp: '\u0661'.repeat(10) })),
  refused('parameter', 'kid with spare bits set', target(canonical, { kid: withSpareBits(kid) })),
  refused('parameter', 'sid with spare bits set', target(canonical, { sid: withSpareBits(sid) })),
  refused('parameter', 'kid of 21 characters', target(canonical, { kid: kid.slice(0, 20) + 'A' })),
  refused('parameter', 'kid padded', target(canonical, { kid: kid + '==' })),
  refused(
    'parameter',
    'kid in the other base64 alphabet',
    target(canonical, { kid: kid.replace(/^./, '/') }),
  ),

  refused('signature', 'sig with spare bits set', target(canonical).replace(sig, withSpareBits(sig))),
  refused('signature', 'sig padded', target(canonical).replace(sig, sig + '=')),
  refused(
    'signature',
    'sig with junk that a lenient decoder skips',
    target(canonical).replace(sig, sig + '!'),
  ),
  refused(
    'signature',
    'sig with junk inside',
    target(canonical).replace(sig, sig.slice(0, 9) + '.' + sig.slice(9)),
  ),
  refused('signature', 'sig cut to 128 bits', target(canonical).replace(sig, sig.slice(0, 21) + 'A')),
  refused('signature', 'sig one character short', target(canonical).replace(sig, sig.slice(0, 42))),
  refused('signature', 'sig empty', target(canonical).replace(sig, '')),
  refused(
    'signature',
    'sig in hex',
    target(canonical).replace(sig, Buffer.from(sig, 'base64url').toString('hex')),
  ),

  refused('parameter', 'dl that is a path', target(canonical, { dl: 'dl=a%2Fb' }, '&dl=a%2Fb')),
  refused('parameter', 'dl with a raw slash', target(canonical, { dl: 'dl=a%2Fb' }, '&dl=a/b')),
  refused('parameter', 'dl that is ..', target(canonical, { dl: 'dl=..' }, '&dl=..')),
  refused('parameter', 'dl with a line feed', target(canonical, { dl: 'dl=a%0Ab' }, '&dl=a%0Ab')),
  refused('parameter', 'dl encoded twice', target(canonical, { dl: 'dl=a%20b' }, '&dl=a%2520b')),
  refused('parameter', 'dl that is not UTF-8', target(canonical, { dl: 'dl=%EF%BF%BD' }, '&dl=%FF')),
  refused('parameter', 'dl that is not NFC', target(canonical, { dl: 'dl=Zo%C3%AB' }, '&dl=Zoe%CC%88')),
  refused(
    'parameter',
    'dl of 256 bytes',
    target(canonical, { dl: `dl=${'a'.repeat(256)}` }, `&dl=${'a'.repeat(256)}`),
  ),
  refused('parameter', 'dl in raw non-ASCII', target(canonical, { dl: 'dl=Zo%C3%AB' }, '&dl=Zo\u00eb')),
];

function hexOf(text: string): string {
  return text.charCodeAt(0).toString(16);
}
