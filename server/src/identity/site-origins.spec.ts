import { siteOrigin, SiteOrigins } from './site-origins.ts';

describe('an entry of SITE_ORIGINS', () => {
  const taken: [string, string][] = [
    ['https://www.example.com', 'https://www.example.com'],
    ['https://WWW.Example.com:443/', 'https://www.example.com'],
    ['http://127.0.0.1:4200', 'http://127.0.0.1:4200'],
    ['http://[::1]:80', 'http://[::1]'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://*.example.com', 'https://*.example.com'],
    ['http://*.Example.com:80', 'http://*.example.com'],
    ['https://*.example.com:8443', 'https://*.example.com:8443'],
  ];
  for (const [entry, spelling] of taken) {
    it(`is taken as ${spelling} when it is ${entry}`, () => expect(siteOrigin(entry)).toBe(spelling));
  }

  const refused = [
    '',
    'www.example.com',
    '*',
    'null',
    'https://*.com',
    'https://*',
    'https://a.*.example.com',
    'https://*.example.com/team',
    'https://www.example.com/team',
    'https://www.example.com?a',
    'https://ada@www.example.com',
    'ftp://www.example.com',
    'file:///home',
    'https:\\\\www.example.com',
  ];
  for (const entry of refused) {
    it(`is refused when it is ${JSON.stringify(entry)}`, () => expect(siteOrigin(entry)).toBeUndefined());
  }
});

describe('the pages of SITE_ORIGINS', () => {
  const sites = new SiteOrigins(
    ['https://www.example.com', 'https://*.example.org'],
    ['https://cdn.example.com'],
    'allow',
  );

  const admitted: [string, { origin?: string; referer?: string }][] = [
    ['the origin', { origin: 'https://www.example.com' }],
    ['the origin in capitals and with its own port', { origin: 'HTTPS://WWW.EXAMPLE.COM:443' }],
    ['the deployment itself', { origin: 'https://cdn.example.com' }],
    ['a page without Origin', { referer: 'https://www.example.com/team?page=2' }],
    ['an origin as Referer', { referer: 'https://www.example.com/' }],
    ['a name below a wildcard', { origin: 'https://shop.example.org' }],
    ['a name deep below a wildcard', { referer: 'https://a.b.example.org/x' }],
    ['no page', {}],
    ['an empty header', { origin: '', referer: '' }],
    ['a page that is none', { referer: 'about:blank' }],
  ];
  for (const [what, headers] of admitted) {
    it(`admit ${what}`, () => expect(sites.admits(headers)).toBeTrue());
  }

  const foreign: [string, { origin?: string; referer?: string }][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another scheme', { origin: 'http://www.example.com' }],
    ['another port', { origin: 'https://www.example.com:8443' }],
    ['the null origin', { origin: 'null' }],
    [
      'a foreign Origin beside a Referer of a site',
      { origin: 'https://evil.example', referer: 'https://www.example.com/' },
    ],
    ['the null origin beside a Referer of a site', { origin: 'null', referer: 'https://www.example.com/' }],
    ['a site in the path', { referer: 'https://evil.example/https://www.example.com/' }],
    ['a site as user name', { referer: 'https://www.example.com@evil.example/' }],
    ['a user name at a site', { referer: 'https://evil@www.example.com/' }],
    ['a site as the beginning of a name', { origin: 'https://www.example.com.evil.example' }],
    ['a site as the end of a name', { origin: 'https://evilwww.example.com' }],
    ['a name that only ends like a wildcard', { origin: 'https://evilexample.org' }],
    ['the domain of a wildcard itself', { origin: 'https://example.org' }],
    ['an empty name below a wildcard', { origin: 'https://.example.org' }],
    ['a wildcard', { origin: 'https://*.example.org' }],
    ['an Origin with a path', { origin: 'https://www.example.com/team' }],
    ['two origins in one header', { origin: 'https://www.example.com, https://evil.example' }],
    ['backslashes', { origin: 'https:\\\\www.example.com' }],
    ['a backslash behind the name', { referer: 'https://evil.example\\@www.example.com/' }],
    ['a tab in the name', { referer: 'https://www.exa\tmple.com/' }],
    ['an encoded name', { referer: 'https://www%2eexample.com/' }],
    ['a port out of range', { origin: 'https://www.example.com:99999' }],
    ['a trailing dot', { origin: 'https://www.example.com.' }],
    ['a Referer without a scheme', { referer: 'www.example.com' }],
    ['a scheme that is no page of the web', { referer: 'android-app://www.example.com/' }],
    ['a space before the name', { origin: ' https://www.example.com' }],
  ];
  for (const [what, headers] of foreign) {
    it(`do not admit ${what}`, () => expect(sites.admits(headers)).toBeFalse());
  }

  it('admit no request without a page when that is configured', () => {
    const strict = new SiteOrigins(['https://www.example.com'], [], 'refuse');
    expect(strict.admits({})).toBeFalse();
    expect(strict.admits({ referer: 'about:blank' })).toBeFalse();
    expect(strict.admits({ referer: 'https://www.example.com/' })).toBeTrue();
  });

  it('are all pages when none is configured, whatever else is', () => {
    const open = new SiteOrigins([], ['https://cdn.example.com'], 'refuse');
    expect(open.restricts).toBeFalse();
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect(open.admits(headers)).toBeTrue();
    }
  });
});
