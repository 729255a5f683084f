// The rules of this repository that no linter knows. Each looks at one file and answers what is wrong with it, or nothing.

const code = /\.(ts|mjs|js|html|scss)$/;
const spec = /\.spec\.(ts|mjs)$/;
const reviewedApi = /^projects\/resource-url\/api\/[\w-]+\.d\.ts$/;
const vagueWords = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'data']);
const mayHoldSql =
  /(^|\/)([\w-]+\.)?store\.ts$|(^|\/)(migrate|local-postgres)[\w.-]*\.ts$|(^|\/)testing\/|\.spec\.ts$/;

/** A file is one idea: 300 lines at most. What a build wrote down to be reviewed is as long as what it describes. */
export function tooLong({ path, text }) {
  const lines = text.split('\n').length - 1;
  return code.test(path) && !spec.test(path) && !reviewedApi.test(path) && lines > 300
    ? `${lines} lines; 300 is the most`
    : undefined;
}

/** Folder and file names say what is inside. */
export function vagueName({ path }) {
  const words = path
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[/._-]/);
  const vague = words.find((word) => vagueWords.has(word));
  return vague ? `"${vague}" in the name says nothing` : undefined;
}

/** Left-over notes. */
export function unfinished({ path, text }) {
  return code.test(path) ? lineOf(text, /\b(TO[D]O|FIX[M]E)\b/) : undefined;
}

/**
 * Checks that were switched off instead of satisfied. Two have a use: control characters that a pattern means, with the
 * reason beside them, and a spec that says what must not compile.
 */
export function switchedOff({ path, text }) {
  if (!code.test(path)) return undefined;
  const found = lineOf(
    text,
    /eslint[-]disable(?!(-next)?-line no-control-regex -- \w)|@ts[-](ignore|nocheck)/,
  );
  return found ?? (spec.test(path) ? undefined : lineOf(text, /@ts[-]expect-error/));
}

/** Specs that keep others, or themselves, from running. */
export function focused({ path, text }) {
  return spec.test(path) ? lineOf(text, /\b(fit|fdescribe|xit|xdescribe)\(/) : undefined;
}

/** Names of package registries and mirrors, and paths of one machine: they are configuration of that machine. */
export function machineBound({ text }) {
  return (
    lineOf(
      text,
      /\bregistry\.(npmjs|yarnpkg)\.|\b(deb|security|ftp(\.\w+)?)\.debian\.org|\barchive\.ubuntu\.com/,
    ) ?? lineOf(text, /(?<![\w.-])\/(work|root)\//)
  );
}

/** SQL lives in stores. */
export function strayStatement({ path, text }) {
  if (!/^server\/src\/.*\.ts$/.test(path) || mayHoldSql.test(path)) return undefined;
  for (const match of text.matchAll(commentsAndStrings)) {
    const found = /^[`'"]/.test(match[0]) && /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/.exec(match[0]);
    if (found)
      return `line ${text.slice(0, match.index + found.index).split('\n').length}: SQL outside a store`;
  }
  return undefined;
}

/** Every dependency has a row `| name | why |` in docs/dependencies.md. @param documented the text of that page */
export function undocumentedDependencies({ path, text }, documented) {
  if (!/(^|\/)package\.json$/.test(path)) return undefined;
  const json = JSON.parse(text);
  const names = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
    .flatMap((group) => Object.keys(json[group] ?? {}))
    .filter((name) => !name.startsWith('@countersign/'));
  const rows = new Set(
    [...documented.matchAll(/^\|\s*`?([^\s|`]+)`?\s*\|\s*[^\s|]/gm)].map((match) => match[1]),
  );
  const missing = names.filter((name) => !rows.has(name));
  return missing.length > 0 ? `no row in docs/dependencies.md for ${missing.join(', ')}` : undefined;
}

export const fileRules = [tooLong, vagueName, unfinished, switchedOff, focused, machineBound, strayStatement];

/** Comments come first, so that an apostrophe in one does not open a string. */
const commentsAndStrings =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

function lineOf(text, pattern) {
  const found = pattern.exec(text);
  return found ? `line ${text.slice(0, found.index).split('\n').length}: "${found[0]}"` : undefined;
}
