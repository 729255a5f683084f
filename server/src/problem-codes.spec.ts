import { readFile } from 'node:fs/promises';
import { problemCodes } from './problem-codes.ts';

const PAGE = new URL('../../docs/problems.md', import.meta.url);

describe('the table of problem codes', () => {
  it('says of every code what docs/problems.md says, and of no other', async () => {
    const page = await readFile(PAGE, 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| (.+?) +\| /gm)];
    const documented = rows.map(([, code = '', status, text = '']) => {
      // A link of the page leads nowhere from the OpenAPI document.
      const meaning = text.replace(/\[(.+?)\]\(.+?\)/g, '$1');
      return [code, { status: Number(status), meaning }];
    });
    expect(Object.fromEntries(documented)).toEqual(problemCodes);
    expect(documented.length).toBeGreaterThan(20);
  });
});
