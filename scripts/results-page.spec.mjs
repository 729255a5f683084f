/* global describe, it, expect */
import { withSection } from './results-page.mjs';

const page = '# Results\n\n<!-- a -->\n\nold\n\n<!-- /a -->\n\n<!-- ab -->\n\nother\n\n<!-- /ab -->\n';

describe('a section of bench/RESULTS.md', () => {
  it('is replaced, and nothing else', () => {
    expect(withSection(page, 'a', 'new')).toBe(page.replace('old', 'new'));
    expect(withSection(page, 'ab', 'new')).toBe(page.replace('other', 'new'));
  });

  it('is added at the end when it is new', () => {
    expect(withSection('# Results\n', 'a', 'x')).toBe('# Results\n\n<!-- a -->\n\nx\n\n<!-- /a -->\n');
  });

  it('is not guessed when a marker is lost', () => {
    expect(() => withSection(page.replace('<!-- /a -->', ''), 'a', 'x')).toThrowError(/lost its markers/);
    expect(() => withSection(page.replace('<!-- a -->', ''), 'a', 'x')).toThrowError(/lost its markers/);
  });
});
