import fc from 'fast-check';
import { choices, delimiters, fields, hostileText, respelled } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { formatSignedUrl } from './format.ts';
import { deriveKey, signatureOf, verifySignature, verifyUrl } from './node.ts';
import { parseSignedTarget } from './parse.ts';
import type { SignedFields } from './signed-fields.ts';

const base = 'https://cdn.example.com/cdn';
const kid = 'oKGio6SlpqeoqaqrrK2urw';
const key = deriveKey({
  master: new Uint8Array(32),
  salt: new Uint8Array(32),
  tenant: 'acme',
  ownerId: 'ada',
  kid,
});

const sign = (of: SignedFields): string => signatureOf(key, of);
const targetOf = (of: SignedFields): string =>
  formatSignedUrl(base, { ...of, sig: sign(of) }).slice(base.length);

describe('parseSignedTarget', () => {
  it('gives back what was formatted, and its signature holds', () => {
    fc.assert(
      fc.property(fields, (of) => {
        const parsed = parseSignedTarget(targetOf(of));
        if (!parsed.ok) return fail(parsed.detail);
        const { authority, ...rest } = of;
        const { sig, canonical, ...read } = parsed.url;
        expect({ dl: undefined, ...read }).toEqual({ dl: undefined, ...rest });
        expect(sig).toBe(sign(of));
        expect(targetOf(of).startsWith(canonical + '?')).toBeTrue();
        expect(verifyUrl(key, authority, parsed.url)).toBeTrue();
        expect(verifySignature(key, { ...parsed.url, authority }, sig)).toBeTrue();
        expect(verifyUrl(key, 'other.example.com', parsed.url)).toBeFalse();
      }),
      runs(300),
    );
  });

  it('reads parameters in every order and the path in every spelling alike', () => {
    fc.assert(
      fc.property(fields, choices, fc.nat(), (of, choice, order) => {
        const [path, query] = targetOf(of).split('?') as [string, string];
        const parameters = query.split('&');
        const turned = [...parameters, ...parameters].slice(
          order % parameters.length,
          (order % parameters.length) + parameters.length,
        );
        const spelled = `${respelled(path, choice)}?${turned.join('&')}`;
        fc.pre(spelled.length <= 2048);
        expect(parseSignedTarget(spelled)).toEqual(parseSignedTarget(targetOf(of)));
      }),
      runs(300),
    );
  });

  it('never throws and accepts nothing that a WHATWG URL parser would change', () => {
    let accepted = 0;
    const edit = fc.tuple(
      fc.nat(200),
      fc.nat(2),
      fc.oneof(fc.constantFrom('%2e', '..', '//', ...delimiters), hostileText),
    );
    fc.assert(
      fc.property(fields, fc.array(edit, { maxLength: 2 }), (of, edits) => {
        const target = edits.reduce((text, [at, drop, insert]) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + insert + text.slice(place + drop);
        }, targetOf(of));
        if (!parseSignedTarget(target, { ignoredParameters: ['u*'] }).ok) return;
        accepted++;
        const url = new URL(target, 'http://x');
        expect(url.pathname + url.search).toBe(target);
        expect(url.host + url.hash).toBe('x');
      }),
      runs(1500),
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('accepts no changed target under the old signature, apart from another spelling', () => {
    const edit = fc.tuple(
      fc.nat(300),
      fc.nat(3),
      fc.constantFrom('', 'a', 'A', '0', '%41', '&dl=', '&', '/', '.', '=', '-'),
    );
    fc.assert(
      fc.property(fields, edit, (of, [at, drop, insert]) => {
        const target = targetOf(of);
        const place = at % target.length;
        const parsed = parseSignedTarget(target.slice(0, place) + insert + target.slice(place + drop));
        if (!parsed.ok || !verifyUrl(key, of.authority, parsed.url)) return;
        expect<unknown>(parsed).toEqual(parseSignedTarget(target));
      }),
      runs(1500),
    );
  });

  it('refuses values whose lengths are wrong, also when the wrong lengths add up to the right one', () => {
    const sid = 'sLGys7S1tre4ubq7vL2-vw';
    const sig = sign({
      authority: 'cdn.example.com',
      path: 'public/team/a.jpg',
      exp: 1_767_225_600,
      kid,
      sid,
    });
    const values = ['public/team/a.jpg', sig, '1767225600', kid, sid];
    const lengthened = (value: string): string => value.slice(0, 1) + value;
    const parse = ([path, sig, exp, kid, sid]: string[], turn: boolean): boolean => {
      const query = [`sig=${sig}`, `exp=${exp}`, `kid=${kid}`, `sid=${sid}`];
      return parseSignedTarget(`/${path}?${(turn ? query.reverse() : query).join('&')}`).ok;
    };
    for (const turn of [false, true]) {
      expect(parse(values, turn)).toBeTrue();
      for (let longer = 0; longer < values.length; longer++)
        for (let shorter = 0; shorter < values.length; shorter++) {
          if (longer === shorter) continue;
          const moved = values
            .with(longer, lengthened(values[longer]!))
            .with(shorter, values[shorter]!.slice(1));
          expect(parse(moved, turn)).withContext(`${longer} ${shorter}`).toBeFalse();
        }
      for (let wrong = 1; wrong < values.length; wrong++) {
        expect(parse(values.with(wrong, lengthened(values[wrong]!)), turn)).toBeFalse();
        expect(parse(values.with(wrong, values[wrong]!.slice(1)), turn)).toBeFalse();
        expect(parse(values.with(wrong, ''), turn)).toBeFalse();
      }
    }
  });

  it('tells the decoded path when only the parameters are wrong, and none when the path is', () => {
    expect(parseSignedTarget('/a%62c?x=1')).toEqual({
      ok: false,
      reason: 'parameter',
      detail: 'a parameter is unknown',
      path: 'abc',
    });
    expect(parseSignedTarget('/a//b?x=1')).toEqual({
      ok: false,
      reason: 'path',
      detail: 'a segment is empty',
    });
  });

  it('drops the parameters that a deployment ignores, and only those', () => {
    const target = targetOf({ authority: 'cdn.example.com', path: 'a', exp: 1_767_225_600, kid, sid: kid });
    const accepts = (added: string, ignoredParameters?: string[]): boolean =>
      parseSignedTarget(`${target}&${added}`, { ignoredParameters }).ok;
    expect(accepts('utm_source=x', ['utm_*'])).toBeTrue();
    expect(accepts('utm_=x', ['utm_*'])).toBeTrue();
    expect(accepts('utm=x', ['utm_*'])).toBeFalse();
    expect(accepts('fbclid=x', ['utm_*', 'fbclid'])).toBeTrue();
    expect(accepts('fbclidx=x', ['fbclid'])).toBeFalse();
    expect(accepts('utm_source=x')).toBeFalse();
    expect(accepts('anything=x', ['*'])).toBeFalse();
    expect(accepts('sig=x', ['sig', 's*'])).toBeFalse();
  });

  it('keeps what it says free of the target', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const parsed = parseSignedTarget(`/secret/../x?${text}`);
        expect(!parsed.ok && parsed.detail.includes('secret')).toBeFalse();
      }),
      runs(50),
    );
  });
});
