import { fillTemplate, placeholders, readParameter, trailingPlaceholder } from './path-template.ts';
import { ResourceUrlError } from './resource-url-error.ts';

describe('The trailing placeholder', () => {
  const cases: [string, string | undefined][] = [
    ['public/team/{name}', 'name'],
    ['{path}', 'path'],
    ['a/{long_name2}', 'long_name2'],
    ['users/{userId}/avatar.jpg', undefined],
    ['{name}.jpg', undefined],
    ['a', undefined],
    ['a/{}', undefined],
    ['a/{b c}', undefined],
  ];
  for (const [template, name] of cases) {
    it(`of ${template} is ${name ?? 'none'}`, () => expect(trailingPlaceholder(template)).toBe(name));
  }
});

describe('The placeholders', () => {
  it('are found all, in order', () => {
    expect(placeholders('users/{userId}/{kind}-{name}.jpg')).toEqual(['userId', 'kind', 'name']);
    expect(placeholders('users/{a b}/{}/x')).toEqual([]);
  });
});

describe('A template', () => {
  it('is filled with every parameter', () => {
    const ref = { userId: 'ada', year: 2026, name: 'contract.pdf' };
    expect(fillTemplate('users/{userId}/{year}/{userId}-{name}', ref, 'name')).toBe(
      'users/ada/2026/ada-contract.pdf',
    );
  });

  it('is filled with several segments by the trailing parameter alone', () => {
    expect(fillTemplate('public/{name}', { name: '/2026//ada.jpg' }, 'name')).toBe('public/2026/ada.jpg');
    expect(() => fillTemplate('public/{name}', { name: '2026/ada.jpg' }, undefined)).toThrowError(
      ResourceUrlError,
      'invalid-path: "2026/ada.jpg" has to be one segment of a path here',
    );
    expect(() => fillTemplate('{user}/{name}', { user: 'a/b', name: 'c' }, 'name')).toThrowError(
      ResourceUrlError,
    );
  });

  it('takes what a parameter holds as it is, patterns of replacement among them', () => {
    expect(fillTemplate('a/{name}', { name: "$&$1$'{name}" }, 'name')).toBe("a/$&$1$'{name}");
  });

  it('is refused when what comes of it is no path', () => {
    for (const name of ['..', '.', 'a\\b', 'a?sig=1', '/'])
      expect(() => fillTemplate('a/{name}', { name }, 'name')).toThrowError(ResourceUrlError);
    expect(() => fillTemplate('{user}/{name}', { user: '..', name: 'a' }, 'name')).toThrowError(
      ResourceUrlError,
    );
    expect(() => fillTemplate('{name}-a', { name: 'b\n' }, undefined)).toThrowError(ResourceUrlError);
  });
});

describe('A parameter', () => {
  it('is a text or a number', () => {
    expect(readParameter({ id: 'a' }, 'id')).toBe('a');
    expect(readParameter({ id: 0 }, 'id')).toBe('0');
    expect(readParameter({ id: -1.5 }, 'id')).toBe('-1.5');
  });

  for (const value of [undefined, null, '']) {
    it(`is none when it is ${JSON.stringify(value)}`, () => {
      expect(() => readParameter({ id: value }, 'id')).toThrowError(
        ResourceUrlError,
        'invalid-path: "id" is a parameter of this kind, and was not given',
      );
    });
  }
});
