import fc from 'fast-check';
import { BUILT_IN_KINDS } from './built-in-kinds.ts';
import type { KindDefinition, ResourceRef, UrlOptions } from './resource-ref.ts';
import { resolveTarget } from './resolve-target.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import { inDevelopment, inProduction } from './testing/production-build.ts';

const own: Record<string, KindDefinition> = {
  productPhoto: {
    development: 'images/{sku}/{name}',
    production: 'public/products/{sku}/{name}',
    reason: 'product_photo',
  },
  cover: { development: 'covers/{id}.jpg', production: 'public/{id}/cover.jpg', reason: 'cover' },
};
const context = {
  kinds: Object.assign(Object.create(null), BUILT_IN_KINDS, own) as Record<string, KindDefinition>,
  deliveryOrigins: ['https://cdn.example.com'],
};
/** Specs also ask for what does not compile. */
const resolve = (ref: unknown, options?: UrlOptions) => resolveTarget(ref as ResourceRef, options, context);

describe('A reference', () => {
  const requests: [unknown, string, string, string, number | undefined][] = [
    ['a.jpg', 'a.jpg', 'a.jpg', 'resource', undefined],
    ['/public//Zoë.jpg', 'public/Zoë.jpg', 'public/Zoë.jpg', 'resource', undefined],
    [
      { kind: 'teamPhoto', name: 'a.jpg' },
      'public/team/a.jpg',
      'images/users/a.jpg',
      'team_member_photo',
      60,
    ],
    [
      { kind: 'avatar', name: '2026/a.jpg' },
      'public/avatars/2026/a.jpg',
      'images/users/2026/a.jpg',
      'user_avatar',
      60,
    ],
    [
      { kind: 'document', userId: 7, name: 'c.pdf' },
      'users/7/documents/c.pdf',
      'documents/7/c.pdf',
      'user_document',
      15,
    ],
    [
      { kind: 'productPhoto', sku: 's', name: 'n' },
      'public/products/s/n',
      'images/s/n',
      'product_photo',
      undefined,
    ],
    [{ kind: 'cover', id: 3 }, 'public/3/cover.jpg', 'covers/3.jpg', 'cover', undefined],
    ['https://cdn.example.com/public/a.jpg?sig=1', 'public/a.jpg', 'public/a.jpg', 'resource', undefined],
    [
      { kind: 'avatar', name: 'https://cdn.example.com/public/avatars/a.jpg' },
      'public/avatars/a.jpg',
      'public/avatars/a.jpg',
      'user_avatar',
      60,
    ],
  ];
  for (const [ref, path, assetPath, reason, expiryMinutes] of requests) {
    it(`${JSON.stringify(ref)} asks for ${path}`, () => {
      for (const build of [inDevelopment, inProduction]) {
        expect(build(() => resolve(ref))).toEqual({
          key: jasmine.any(String) as unknown as string,
          request: { path, assetPath, reason, expiryMinutes },
        });
      }
    });
  }

  for (const url of ['data:,x', 'https://example.com/a.jpg?x=1', 'blob:https://x/1']) {
    it(`${url} is handed on, as a path or as a parameter`, () => {
      const target = { key: ` url ${url}`, outcome: { url } };
      expect(resolve(url)).toEqual(target);
      expect(resolve({ kind: 'avatar', name: url })).toEqual(target);
    });
  }

  it('hands no URL on for a parameter that is not the last', () => {
    expect(codeOf({ kind: 'cover', id: 'https://example.com/a.jpg' })).toBe('invalid-path');
    expect(resolve({ kind: 'cover', id: 'data:,x' }).request?.path).toBe('public/data:,x/cover.jpg');
  });

  const refused: [unknown, string][] = [
    ['', 'invalid-path'],
    ['..', 'invalid-path'],
    ['a.jpg?sig=1', 'invalid-path'],
    ['https://cdn.example.com/%zz', 'invalid-path'],
    [{ kind: 'avatar' }, 'invalid-path'],
    [{ kind: 'avatar', name: '' }, 'invalid-path'],
    [{ kind: 'document', userId: 'a/b', name: 'c.pdf' }, 'invalid-path'],
    [{ kind: 'document', name: 'c.pdf' }, 'invalid-path'],
    [{ kind: 'nothing' }, 'unknown-kind'],
    [{ kind: 'constructor' }, 'unknown-kind'],
    [{ kind: '__proto__' }, 'unknown-kind'],
    [{}, 'unknown-kind'],
    [undefined, 'unknown-kind'],
    [null, 'unknown-kind'],
    [7, 'unknown-kind'],
  ];
  for (const [ref, code] of refused) {
    it(`${JSON.stringify(ref)} is refused with ${code}`, () => {
      const target = resolve(ref);
      expect(codeOf(ref)).toBe(code);
      expect(target.key).toBe(` ${(target.outcome as Error).message}`);
      expect(target.key).not.toContain('sig=1');
      expect(target.request).toBeUndefined();
    });
  }

  it('is refused, not thrown at, when it has neither JSON nor a string', () => {
    const circular: Record<string, unknown> = { kind: 'avatar', name: 'https://cdn.example.com/%zz' };
    circular['itself'] = circular;
    for (const build of [inProduction, inDevelopment]) {
      for (const ref of [circular, 7n, Symbol('a')]) {
        expect(build(() => resolve(ref)).outcome).toBeInstanceOf(ResourceUrlError);
      }
    }
  });

  it('of an unknown kind says which', () => {
    expect((resolve({ kind: 'nothing' }).outcome as Error).message).toBe(
      'unknown-kind: "nothing" has no definition; write provideResourceUrls({ kinds: { ... } })',
    );
  });

  it('never throws, whatever JSON holds in its place', () => {
    const ref = fc.oneof(
      fc.jsonValue(),
      fc.record({ kind: fc.constantFrom(...Object.keys(context.kinds)), name: fc.jsonValue() }),
      fc.webUrl({ withQueryParameters: true }),
    );
    fc.assert(
      fc.property(ref, (given) => {
        for (const build of [inDevelopment, inProduction]) {
          const { key, request, outcome } = build(() => resolve(given));
          expect(key).toEqual(jasmine.any(String));
          expect([request, outcome].filter(Boolean).length).toBe(1);
        }
      }),
    );
  });
});

describe('Options', () => {
  const path = 'a.jpg';

  it('replace reason and lifetime of the kind', () => {
    expect(resolve({ kind: 'avatar', name: path }, { reason: 'x', expiryMinutes: 5 }).request).toEqual(
      jasmine.objectContaining({ reason: 'x', expiryMinutes: 5 }),
    );
    expect(resolve({ kind: 'avatar', name: path }, { reason: 'x' }).request).toEqual(
      jasmine.objectContaining({ reason: 'x', expiryMinutes: 60 }),
    );
  });

  const good: UrlOptions[] = [
    {},
    { keepFresh: true },
    { expiryMinutes: 1 },
    { expiryMinutes: 10_080 },
    { reason: 'A-z_0.9:x' },
    { reason: 'x'.repeat(100) },
  ];
  for (const options of good) {
    it(`may be ${JSON.stringify(options).slice(0, 40)}`, () => {
      expect(resolve(path, options).request).toBeDefined();
    });
  }

  const bad: UrlOptions[] = [
    { expiryMinutes: 0 },
    { expiryMinutes: -1 },
    { expiryMinutes: 1.5 },
    { expiryMinutes: 10_081 },
    { expiryMinutes: NaN },
    { expiryMinutes: Infinity },
    { reason: '' },
    { reason: 'two words' },
    { reason: 'ü' },
    { reason: 'x\n' },
    { reason: ' x' },
    { reason: 'x'.repeat(101) },
  ];
  for (const options of bad) {
    it(`must not be ${JSON.stringify(options).slice(0, 40)}, as development says and the server does`, () => {
      for (const run of [() => resolve(path, options), () => inDevelopment(() => resolve(path, options))]) {
        expect(run().outcome).toEqual(jasmine.objectContaining({ code: 'invalid-options', status: 0 }));
        expect((run().outcome as Error).message).toContain(path);
      }
      expect(inProduction(() => resolve(path, options)).request).toBeDefined();
    });
  }
});

describe('The key', () => {
  const keyOf = (ref: unknown, options?: UrlOptions) => resolve(ref, options).key;

  it('is the same for what is the same resource, asked for in the same way', () => {
    expect(keyOf('/public//a.jpg')).toBe(keyOf('public/a.jpg'));
    expect(keyOf('https://cdn.example.com/public/a.jpg?sig=1')).toBe(keyOf('public/a.jpg'));
    expect(keyOf('a.jpg', { keepFresh: true })).toBe(keyOf('a.jpg'));
    expect(keyOf('a.jpg', { reason: 'resource' })).toBe(keyOf('a.jpg'));
    expect(keyOf({ kind: 'document', userId: 7, name: 'a' })).toBe(
      keyOf({ name: 'a', userId: '7', kind: 'document' }),
    );
  });

  it('differs for what is not', () => {
    const keys = [
      keyOf('a.jpg'),
      keyOf('b.jpg'),
      keyOf('a.jpg', { expiryMinutes: 5 }),
      keyOf('a.jpg', { reason: 'x' }),
      keyOf('public/team/a.jpg'),
      keyOf('public/avatars/a.jpg'),
      keyOf({ kind: 'teamPhoto', name: 'a.jpg' }),
      keyOf({ kind: 'avatar', name: 'a.jpg' }),
      keyOf('data:,x'),
      keyOf(''),
      keyOf('..'),
      keyOf({}),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is shared by no two requests that differ', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', ' ', '/', 'url', 'invalid'),
      minLength: 1,
      maxLength: 5,
    });
    const reason = fc.option(fc.constantFrom('a', 'b', 'a:b'), { nil: undefined });
    const expiryMinutes = fc.option(fc.constantFrom(1, 60), { nil: undefined });
    const asked = fc.record({ ref: part, reason, expiryMinutes });
    const read = ({ ref, reason: why, expiryMinutes: minutes }: Asked) =>
      resolve(ref, {
        ...(why !== undefined && { reason: why }),
        ...(minutes !== undefined && { expiryMinutes: minutes }),
      });
    interface Asked {
      ref: string;
      reason: string | undefined;
      expiryMinutes: number | undefined;
    }
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        const [first, second] = [read(one), read(other)];
        const same = JSON.stringify(first.request) === JSON.stringify(second.request);
        if (first.request && second.request) expect(first.key === second.key).toBe(same);
      }),
    );
  });
});

function codeOf(ref: unknown): string {
  const { outcome } = resolve(ref);
  return outcome instanceof ResourceUrlError ? outcome.code : 'none';
}
