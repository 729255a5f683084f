import fc from 'fast-check';
import { delimiters, fields, hostileText } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { SignedUrlError } from './errors.ts';
import { parsePath, percentDecode } from './parse-path.ts';
import type { SignedFields } from './signed-fields.ts';
import { stringToSign } from './string-to-sign.ts';

const sample: SignedFields = {
  authority: 'cdn.example.com',
  path: 'public/team/avatar-2.jpg',
  exp: 1_767_225_600,
  kid: 'oKGio6SlpqeoqaqrrK2urw',
  sid: 'sLGys7S1tre4ubq7vL2-vw',
};

/** Text fields in the order in which they stand beside each other. */
const neighbours = ['authority', 'path', 'kid', 'sid', 'dl'] as const;

describe('stringToSign', () => {
  it('is eight lines without a line feed at the end', () => {
    expect(stringToSign(sample)).toBe(
      'countersign1\nGET\ncdn.example.com\n/public/team/avatar-2.jpg\n1767225600\n' +
        'oKGio6SlpqeoqaqrrK2urw\nsLGys7S1tre4ubq7vL2-vw\n',
    );
  });

  it('tells no download, a download under the own name and a named download apart', () => {
    const last = (dl: string | undefined): string | undefined =>
      stringToSign({ ...sample, dl })
        .split('\n')
        .at(-1);
    expect([last(undefined), last(''), last('a b')]).toEqual(['', 'dl=', 'dl=a%20b']);
  });

  it('throws instead of producing lines that something else could produce', () => {
    const bad: [Partial<SignedFields>, string][] = [
      [{ authority: 'cdn.example.com\n/public' }, 'field'],
      [{ authority: 'cdn.example.com\n' }, 'field'],
      [{ authority: '' }, 'field'],
      [{ authority: 'CDN.example.com' }, 'field'],
      [{ authority: 'cdn.example.com/x' }, 'field'],
      [{ authority: 'user@cdn.example.com' }, 'field'],
      [{ authority: 'cdn.example.com:' }, 'field'],
      [{ authority: 'cdn.ex\u00e4mple.com' }, 'field'],
      [{ path: 'a\nb' }, 'path'],
      [{ path: '' }, 'path'],
      [{ exp: 1.5 }, 'field'],
      [{ exp: Number.NaN }, 'field'],
      [{ exp: Number.POSITIVE_INFINITY }, 'field'],
      [{ exp: -1_767_225_600 }, 'field'],
      [{ exp: 999_999_999 }, 'field'],
      [{ exp: 10_000_000_000 }, 'field'],
      [{ kid: '' }, 'field'],
      [{ kid: sample.kid + '\n' }, 'field'],
      [{ kid: sample.kid.slice(0, 21) + 'B' }, 'field'],
      [{ sid: sample.sid.slice(1) }, 'field'],
      [{ sid: sample.sid + '==' }, 'field'],
      [{ dl: 'a/b' }, 'parameter'],
      [{ dl: 'a\nb' }, 'parameter'],
    ];
    for (const [change, code] of bad)
      expect(() => stringToSign({ ...sample, ...change }))
        .withContext(JSON.stringify(change))
        .toThrowMatching((error) => error instanceof SignedUrlError && error.code === code);
  });

  it('does not remember an authority that it refused', () => {
    for (let attempt = 0; attempt < 2; attempt++)
      expect(() => stringToSign({ ...sample, authority: 'CDN' })).toThrowError(SignedUrlError);
    expect(stringToSign(sample)).toContain('\ncdn.example.com\n');
  });

  it('is injective: the fields can be read back out of it', () => {
    fc.assert(
      fc.property(fields, (of) => {
        expect(readBack(stringToSign(of))).toEqual({ ...of });
      }),
      runs(500),
    );
  });

  it('is injective: shifting text from one field to its neighbour never keeps the string', () => {
    const place = fc.nat(neighbours.length - 2);
    fc.assert(
      fc.property(fields, place, fc.constantFrom('', ...delimiters), fc.nat(30), (of, at, delimiter, cut) => {
        const [left, right] = [neighbours[at]!, neighbours[at + 1]!];
        const joined = `${of[left] ?? ''}${delimiter}${of[right] ?? ''}`;
        const shifted = { ...of, [left]: joined.slice(0, cut), [right]: joined.slice(cut) };
        const same = of[left] === shifted[left] && (of[right] ?? '') === shifted[right];
        expect(!same && signedAlike(of, shifted)).toBeFalse();
      }),
      runs(1500),
    );
  });

  it('is injective: no hostile value of one field gives the string of another', () => {
    const change = fc.tuple(fc.constantFrom(...neighbours), hostileText);
    fc.assert(
      fc.property(fields, change, change, (of, [name, text], [otherName, otherText]) => {
        const changed = { ...of, [name]: text };
        const other = { ...of, [otherName]: otherText };
        const same = neighbours.every((field) => changed[field] === other[field]);
        expect(!same && signedAlike(changed, other)).toBeFalse();
      }),
      runs(1000),
    );
  });
});

/** What a reader of the lines would take them for. */
function readBack(text: string): SignedFields {
  const lines = text.split('\n');
  expect(lines.length).toBe(8);
  const [, , authority, canonical, exp, kid, sid, download] = lines as [string, string, ...string[]];
  const path = parsePath(canonical!);
  const dl = download === '' ? undefined : percentDecode(download!.slice('dl='.length));
  return {
    authority: authority!,
    path: path.ok ? path.path : '',
    exp: Number(exp),
    kid: kid!,
    sid: sid!,
    dl,
  };
}

function signedAlike(one: SignedFields, other: SignedFields): boolean {
  try {
    return stringToSign(one) === stringToSign(other);
  } catch (error) {
    if (error instanceof SignedUrlError) return false;
    throw error;
  }
}
