import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';

describe('clean', () => {
  it('leaves names in any script as they are', () => {
    expect(clean('Zoë 李 🎉 a=b "c" \\d')).toBe('Zoë 李 🎉 a=b "c" \\d');
  });

  it('makes characters visible that would forge or hide text in a log', () => {
    expect(clean('a\r\nb\u0000c\u001b[2J\u202etxt\ufeff')).toBe('a��b�c�[2J�txt�');
  });

  it('keeps no more than 1024 characters', () => {
    expect(clean('x'.repeat(5000)).length).toBe(1024);
  });

  it('keeps what is absent absent', () => {
    expect(clean(undefined)).toBeUndefined();
    expect(cleanUnchecked(undefined)).toBeUndefined();
    expect(cleanUserAgent(undefined)).toBeUndefined();
  });
});

describe('cleanUnchecked', () => {
  it('takes a signature out, however the client spelled it', () => {
    const texts = [
      'a.jpg?sig=AAAA&exp=1',
      'a.jpg?SIG=AAAA&exp=1',
      'a.jpg%3Fsig%3DAAAA&exp=1',
      'x sig=AAAA sig=BBBB',
    ];
    for (const text of texts) {
      expect(cleanUnchecked(text)).not.toMatch(/sig(=|%3d)/i);
      expect(cleanUnchecked(text)).not.toMatch(/AAAA|BBBB/);
    }
    expect(cleanUnchecked('a.jpg?sig=AAAA&exp=1')).toBe('a.jpg?[signature]&exp=1');
  });
});

describe('cleanUserAgent', () => {
  it('keeps an ordinary browser as it is', () => {
    const browser =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
    expect(cleanUserAgent(browser)).toBe(browser);
  });

  it('is at most 256 characters long, even where taking a signature out makes it longer', () => {
    expect(cleanUserAgent('u'.repeat(100_000))?.length).toBe(256);
    expect(cleanUserAgent('sig= '.repeat(100))?.length).toBeLessThanOrEqual(256);
  });
});
