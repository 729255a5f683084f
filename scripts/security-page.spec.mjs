/* global describe, it, expect */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';
import { rowsOf, sentencesOf, wrongClaims } from './security-page.mjs';

const inRoot = (path) => {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

describe('docs/security.md', () => {
  const page = inRoot('docs/security.md');

  it('names for each claim tests that exist (else: change the page with the test)', () => {
    expect(wrongClaims(page, inRoot)).toEqual([]);
  });

  it('is read row by row', () => {
    const { claimed, declined } = rowsOf(page);
    const rows = page.match(/^\| \d/gm).length;
    expect(claimed.length + declined.length).toBe(rows);
    expect(claimed.length).toBeGreaterThan(60);
    expect(declined.length).toBeGreaterThan(10);
    // Each name of a file in a claim is one that is looked for.
    const named = page.match(/^\| \d.*$/gm).flatMap((line) => line.match(/`[\w./-]+\.spec\.\w+`/g) ?? []);
    const files = claimed.flatMap(({ tests }) => [...new Set(tests.map(({ file }) => file))]);
    expect(files.length).toBe(named.length);
  });

  it('lists its rows in the order of the standard', () => {
    const numbers = (id) => id.split('.').map(Number);
    const inOrder = (ids) =>
      [...ids].sort((a, b) => {
        const [x, y] = [numbers(a), numbers(b)];
        return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
      });
    const { claimed, declined } = rowsOf(page);
    const ids = claimed.map(({ id }) => id);
    expect(ids).toEqual(inOrder(ids));
    expect(declined).toEqual(inOrder(declined));
  });
});

describe('a claim', () => {
  const spec = "describe('a door', () => {\n  it('opens', () => 1);\n  it(`takes ${key} too`, () => 1);\n});";
  const read = (path) => (path === 'door.spec.ts' ? spec : undefined);
  const wrong = (...lines) => wrongClaims(`| id | what | test |\n${lines.join('\n')}`, read);

  it('holds when its spec has its sentence, of an it, a describe or a template', () => {
    expect(
      wrong('| 1.1.1 | x | `door.spec.ts`: "opens", "takes ${key} too"; `door.spec.ts`: "a door" |'),
    ).toEqual([]);
  });

  it('is wrong without its spec, its sentence or any test, and when it is made twice', () => {
    expect(wrong('| 1.1.1 | x | `gate.spec.ts`: "opens" |')).toEqual(['1.1.1: there is no gate.spec.ts']);
    expect(wrong('| 1.1.1 | x | `door.spec.ts`: "opens", "shuts" |')).toEqual([
      '1.1.1: door.spec.ts has no "shuts"',
    ]);
    expect(wrong('| 1.1.1 | x | by reading |')).toEqual(['1.1.1 names no test']);
    expect(wrong('| 1.1.1 | x | `door.spec.ts`: "opens" |', '| 1.1.1 | why not |')).toEqual([
      '1.1.1 is there twice',
    ]);
  });

  it('finds no sentence in a comment, and each other as it is read', () => {
    const text =
      "it('a/*', f);\n// it('was', f)\n/* it('was too', f) */\nit('isn\\'t \"so\"', f);\nit(\n  \"it's\",\n  f,\n);\nsplit('no');";
    expect([...sentencesOf(text)]).toEqual(['a/*', 'isn\'t "so"', "it's"]);
  });
});
