import fc from 'fast-check';
import { compilePattern, covers, patternFault } from './path-pattern.ts';
import { defaultPolicy, readPolicyFile, readRules, ruleText } from './policy-rules.ts';

const good = { path: 'public/**', who: 'anyone', defaultMinutes: 60, maxMinutes: 60 };
const other = { path: 'shared/**', who: 'signed-in', defaultMinutes: 5, maxMinutes: 5 };

const faultOf = (read: ReturnType<typeof readRules>): string => ('fault' in read ? read.fault : 'none');

describe('the rules of a policy file', () => {
  it('are taken as they are written', () => {
    const rules = [
      { ...good, note: 'the team page' },
      {
        ...other,
        kind: 'document',
        who: ['owner', { role: ['payroll'] }, { permission: 'resource:view-all' }],
      },
    ];
    expect(readPolicyFile(JSON.stringify({ rules })) as unknown).toEqual({ rules });
    expect(readPolicyFile(`\ufeff${JSON.stringify({ rules })}`) as unknown).toEqual({ rules });
    expect(readRules(defaultPolicy)).toEqual({ rules: defaultPolicy });
  });

  const wrong: [string, unknown, string][] = [
    ['a path that is no text', { ...good, path: 7 }, 'rule 2, path: must be a path pattern'],
    ['a leading slash', { ...good, path: '/public/**' }, 'rule 2, path: no path can look like this'],
    ['a trailing slash', { ...good, path: 'public/' }, 'rule 2, path: no path can look like this'],
    ['an empty pattern', { ...good, path: '' }, 'rule 2, path: no path can look like this'],
    ['dots', { ...good, path: 'public/../**' }, 'rule 2, path: no path can look like this'],
    ['another form of ü', { ...good, path: 'u\u0308/**' }, 'rule 2, path: no path can look like this'],
    ['** in the middle', { ...good, path: '**/team/*' }, 'rule 2, path: ** stands for the rest'],
    ['* within a segment', { ...good, path: 'public/*.jpg' }, 'rule 2, path: the segment *.jpg'],
    [
      'a broken placeholder',
      { ...good, path: 'users/{owner id}/**' },
      'rule 2, path: the segment {owner id}',
    ],
    ['an unknown kind', { ...good, kind: 'photo' }, 'rule 2, kind: must be one of teamPhoto'],
    ['an unknown who', { ...good, who: 'everybody' }, 'rule 2, who: must be "anyone"'],
    ['a role that is no list', { ...good, who: { role: 'payroll' } }, 'rule 2, who: must be "anyone"'],
    ['no role', { ...good, who: { role: [] } }, 'rule 2, who.role: must name at least one role'],
    ['nobody', { ...good, who: [] }, 'rule 2, who: must be "anyone"'],
    ['an unknown permission', { ...good, who: { permission: 'x' } }, 'rule 2, who: must be "anyone"'],
    ['no default', { ...good, defaultMinutes: undefined }, 'rule 2, defaultMinutes: must be whole minutes'],
    ['half a minute', { ...good, defaultMinutes: 0.5 }, 'rule 2, defaultMinutes: must be whole minutes'],
    ['no minute', { ...good, defaultMinutes: 0 }, 'rule 2, defaultMinutes: must be whole minutes'],
    ['more than seven days', { ...good, maxMinutes: 10_081 }, 'rule 2, maxMinutes: must be whole minutes'],
    ['a default above the maximum', { ...good, maxMinutes: 59 }, 'rule 2, maxMinutes: must not be less'],
    ['a misspelt field', { ...good, maximum: 60 }, 'rule 2: Unrecognized key: "maximum"'],
    ['something else', 'public/**', 'rule 2: '],
  ];
  for (const [what, rule, fault] of wrong) {
    it(`are refused for ${what}, by number and field`, () => {
      expect(faultOf(readRules([other, rule]))).toMatch(
        new RegExp(`^${fault.replace(/[*.{}[\]]/g, '\\$&')}`),
      );
    });
  }

  it('are refused where one is never reached, naming both', () => {
    const narrow = { ...good, path: 'public/team/**' };
    expect(faultOf(readRules([other, good, narrow]))).toBe(
      'rule 3, path: public/team/** is never reached: rule 2 (public/**) comes first and fits every such path',
    );
    const avatars = { ...good, kind: 'avatar' };
    expect(faultOf(readRules([good, avatars]))).toContain('rule 2, path');
    expect(faultOf(readRules([avatars, avatars]))).toContain('rule 2, path');
    expect(faultOf(readRules([avatars, good]))).toBe('none');
    expect(faultOf(readRules([narrow, good]))).toBe('none');
  });

  const files: [string, string][] = [
    ['{"rules": [', 'is not JSON'],
    ['', 'is not JSON'],
    ['[]', 'rules: must be {"rules": [...]}'],
    ['{"rules": []}', 'rules: must hold at least one rule'],
    ['{"rules": {}}', 'rules: must be a list of rules'],
    ['{"rule": []}', 'rules: '],
    [JSON.stringify({ rules: Array.from({ length: 201 }, () => good) }), 'rules: must hold at most 200'],
    [JSON.stringify({ rules: [other, { ...good, who: 'x' }] }), 'rule 2, who: '],
  ];
  for (const [text, fault] of files) {
    it(`are refused in the file ${text.slice(0, 40)}`, () => {
      const found = faultOf(readPolicyFile(text));
      expect(found.slice(0, fault.length)).toBe(fault);
    });
  }

  it('have one sentence each', () => {
    expect(defaultPolicy.map(ruleText)).toEqual([
      'public/** for anyone, 60 minutes, at most 60',
      'users/{ownerId}/** for owner, 15 minutes, at most 15',
      'collections/{collectionId}/** for owner or member, 15 minutes, at most 15',
      'shared/** for signed-in, 5 minutes, at most 5',
    ]);
    expect(
      ruleText({
        path: 'hr/*',
        kind: 'document',
        who: ['owner', { role: ['a', 'b'] }, { permission: 'audit:read' }],
        defaultMinutes: 1,
        maxMinutes: 2,
      }),
    ).toBe('hr/* of kind document for owner or role a or b or permission audit:read, 1 minutes, at most 2');
  });
});

describe('a path pattern', () => {
  it('covers another when every path of that one fits it', () => {
    const pairs: [string, string, boolean][] = [
      ['**', 'a', true],
      ['**', '**', true],
      ['a/**', 'a/b/c', true],
      ['a/**', 'a/*', true],
      ['a/**', 'a', false],
      ['a/*', 'a/b', true],
      ['a/*', 'a/{x}', true],
      ['a/*', 'a/**', false],
      ['a/*', 'a/b/c', false],
      ['a/*/c', 'a/b/c', true],
      ['a/*/c', 'a/b/d', false],
      ['a/b', 'a/*', false],
      ['*/b', 'a/*', false],
      ['*', 'a/b', false],
    ];
    for (const [broad, narrow, is] of pairs) {
      expect(patternFault(broad) ?? patternFault(narrow)).toBeUndefined();
      expect(covers(broad, narrow)).withContext(`${broad} ${narrow}`).toBe(is);
    }
  });

  it('covers another only if no path of that one misses it', () => {
    const name = fc.constantFrom('a', 'b');
    const segments = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 1, maxLength: 3 });
    const pattern = fc
      .tuple(segments(fc.oneof(name, fc.constant('*'))), fc.boolean())
      .map(([parts, isOpen]) => [...parts, ...(isOpen ? ['**'] : [])].join('/'));
    // Every path of one to five segments of these names: enough to tell such patterns apart.
    const paths = [1, 2, 3, 4, 5].flatMap((length) =>
      Array.from({ length: 3 ** length }, (_, index) =>
        index.toString(3).padStart(length, '0').replace(/./g, '$&/').slice(0, -1),
      ),
    );
    const named = paths.map((path) => path.replaceAll('0', 'a').replaceAll('1', 'b').replaceAll('2', 'c'));
    fc.assert(
      fc.property(pattern, pattern, (broad, narrow) => {
        const [fitsBroad, fitsNarrow] = [compilePattern(broad), compilePattern(narrow)];
        const misses = named.some((path) => fitsNarrow(path) && !fitsBroad(path));
        return covers(broad, narrow) === !misses;
      }),
    );
  });
});
