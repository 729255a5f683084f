import { sampleSignedUrl } from '../testing/sample-photos.ts';
import { curlCommand, shortened, signedUrlParts } from './url-parts.ts';

describe('a URL taken apart', () => {
  it('gives the parts of a signed URL', () => {
    expect(signedUrlParts(sampleSignedUrl('public/team/avatar-2.jpg'), document.baseURI)).toEqual({
      origin: 'https://cdn.example.com',
      path: '/public/team/avatar-2.jpg',
      sig: 's'.repeat(43),
      exp: '1795269900',
      kid: 'K'.repeat(22),
      sid: 'S'.repeat(22),
    });
  });

  it('gives nothing for a direct path or half a signature', () => {
    expect(signedUrlParts('/assets/deployed/images/users/avatar-2.jpg', document.baseURI)).toBeUndefined();
    expect(signedUrlParts('https://cdn.example.com/a.jpg?sig=x&exp=1', document.baseURI)).toBeUndefined();
    expect(signedUrlParts('http://', document.baseURI)).toBeUndefined();
  });

  it('shows long values by their ends only', () => {
    expect(shortened('abcdefghijklmnopqrstuvwxyz')).toBe('abcdef…wxyz');
    expect(shortened('abcdefghijk')).toBe('abcdefghijk');
  });

  it('becomes a curl command that survives an apostrophe in the name', () => {
    expect(curlCommand("https://cdn.example.com/it's.jpg?sig=x&exp=1")).toContain(
      String.raw`'https://cdn.example.com/it'\''s.jpg?sig=x&exp=1'`,
    );
  });
});
