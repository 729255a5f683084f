import { pathOfUrl } from './path-of-url.ts';

describe('pathOfUrl', () => {
  for (const [url, path] of [
    ['https://cdn.example.com/public/team/Gr%C3%BC%C3%9Fe.jpg?sig=x&exp=1#y', 'public/team/Grüße.jpg'],
    ['/assets/deployed/images/users/a.jpg', 'assets/deployed/images/users/a.jpg'],
    ['data:image/gif;base64,R0lGOD#public/team/a%20b.jpg', 'public/team/a b.jpg'],
    ['data:,x', ''],
    ['https://cdn.example.com', ''],
    ['/100%.jpg', '100%.jpg'],
  ] as const) {
    it(`reads ${JSON.stringify(path)} from ${url.slice(0, 30)}`, () => {
      expect(pathOfUrl(url)).toBe(path);
    });
  }
});
