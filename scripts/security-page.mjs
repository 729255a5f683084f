// What docs/security.md says that tests show, and whether there are such tests.

const row = /^\| ((?:\d+\.){2}\d+) *\| (.*?) *\|(?: (.*?) *\|)?$/gm;
const testOf = /`([\w./-]+\.spec\.(?:ts|mjs))`: ((?:"[^"]+"(?:, )?)+)/g;
const title = /\b(?:it|describe)\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/**
 * @param page text of the page
 * @returns `{ claimed, declined }`: rows of the tables with three cells, `{ id, tests: [{ file, sentence }] }`, and ids
 *   of those with two
 */
export function rowsOf(page) {
  const claimed = [];
  const declined = [];
  for (const [, id, , third] of page.matchAll(row)) {
    if (third === undefined) declined.push(id);
    else claimed.push({ id, tests: testsIn(third) });
  }
  return { claimed, declined };
}

function testsIn(cell) {
  return [...cell.matchAll(testOf)].flatMap(([, file, sentences]) =>
    [...sentences.matchAll(/"([^"]+)"/g)].map(([, sentence]) => ({ file, sentence })),
  );
}

/**
 * The sentences of a spec as they stand in it: those of `it` and of `describe`; of a template literal with its `${...}`.
 * @param text the spec
 */
export function sentencesOf(text) {
  // A comment begins its line: `/*` elsewhere is a part of a path pattern.
  const code = text.replace(/^\s*\/\/.*$/gm, '').replace(/^\s*\/\*[^]*?\*\//gm, '');
  return new Set(
    [...code.matchAll(title)].map(
      ([, single, double, template]) => template ?? (single ?? double).replace(/\\(.)/g, '$1'),
    ),
  );
}

/**
 * @param page text of the page
 * @param read from the path of a spec to its text; undefined when there is none
 * @returns what is wrong, one line each
 */
export function wrongClaims(page, read) {
  const { claimed, declined } = rowsOf(page);
  const wrong = [];
  const seen = new Set();
  for (const id of [...claimed.map((claim) => claim.id), ...declined]) {
    if (seen.has(id)) wrong.push(`${id} is there twice`);
    seen.add(id);
  }
  for (const { id, tests } of claimed) {
    if (tests.length === 0) wrong.push(`${id} names no test`);
    for (const { file, sentence } of tests) {
      const text = read(file);
      if (text === undefined) wrong.push(`${id}: there is no ${file}`);
      else if (!sentencesOf(text).has(sentence)) wrong.push(`${id}: ${file} has no "${sentence}"`);
    }
  }
  return wrong;
}
