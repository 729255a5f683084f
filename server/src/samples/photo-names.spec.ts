import { displayNameOf, slugOf } from './photo-names.ts';

describe('The stored name of a photo', () => {
  for (const [name, slug] of [
    ['My photo.jpg', 'my-photo'],
    ['100%.jpg', '100'],
    ['Grüße aus Köln.JPG', 'gruesse-aus-koeln'],
    ['Gru\u0308\u00DFe.jpg', 'gruesse'], // as macOS writes names: decomposed
    ['Łódź – Øresund.png', 'lodz-oeresund'],
    ['🦊.webp', 'photo'],
    ['日本.jpg', 'photo'],
    ['\\..\\etc.jpg', 'etc'],
    ['..jpg', 'photo'],
    ['.jpg', 'jpg'],
    ['a.b.c.jpeg', 'a-b-c'],
    ['-rf.jpg', 'rf'],
    ['CON.jpg', 'con'],
    ['x'.repeat(300) + '.jpg', 'x'.repeat(60)],
    ['no extension', 'no-extension'],
  ] as const) {
    it(`of ${JSON.stringify(name.slice(0, 40))} is ${slug.slice(0, 40)}`, () =>
      expect(slugOf(name)).toBe(slug));
  }
});

describe('The shown name of a photo', () => {
  for (const name of ['100%.jpg', 'Jürgen Groß.jpg', 'team 👩🏽‍🚀.png', '日本.avif', 'a & b <c>.gif']) {
    it(`is ${JSON.stringify(name)} as it is`, () => expect(displayNameOf(name)).toBe(name));
  }

  it('is composed, however the system writes it', () => {
    expect(displayNameOf('Ju\u0308rgen.jpg')).toBe('J\u00FCrgen.jpg');
  });

  it('holds nothing that hides what it is', () => {
    expect(displayNameOf('invoice\u202Egpj.exe')).toBe('invoicegpj.exe');
    expect(displayNameOf('a\u001B[31mred\n.jpg')).toBe('a[31mred.jpg');
    expect(displayNameOf('\u0007')).toBe('photo');
    expect(displayNameOf('a\uD800.jpg')).toBe('a\uFFFD.jpg');
    expect(displayNameOf('..\\x.jpg')).toBe('.._x.jpg');
  });

  it('has at most 255 bytes and no half characters', () => {
    const name = displayNameOf('ä🦊'.repeat(200));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect('ä🦊'.repeat(200)).toContain(name);
    expect(name.isWellFormed()).toBeTrue();
  });
});
