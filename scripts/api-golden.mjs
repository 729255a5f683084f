// The public API that was reviewed last ("golden"), one declaration file for each entry, and how a built one differs.

/**
 * @param manifest content of the built package.json
 * @returns `[{ entry, types, golden }]`: the name to import (`@countersign/angular/image`), its declaration file in the
 *   built package and the name of its golden (`image.d.ts`; `public-api.d.ts` for the primary entry)
 */
export function apiEntries({ name, exports }) {
  return Object.entries(exports)
    .filter(([, conditions]) => conditions.types)
    .map(([path, { types }]) => ({
      entry: name + path.slice(1),
      types,
      golden: path === '.' ? 'public-api.d.ts' : `${path.slice(2).replaceAll('/', '-')}.d.ts`,
    }));
}

/** Text of a declaration file as it is compared: without source map comment, one line end. */
export function declarations(text) {
  return `${text
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .replaceAll('\r\n', '\n')
    .trimEnd()}\n`;
}

/**
 * @param entries `[{ entry, golden, reviewed, built }]`; `reviewed` is undefined where there is no golden yet
 * @param goldens names of the golden files that are there
 * @returns what is wrong, one text each; none when every API is the reviewed one
 */
export function apiProblems(entries, goldens) {
  const command = 'node scripts/check-api.mjs --write';
  const expected = new Set(entries.map(({ golden }) => golden));
  const gone = goldens.filter((golden) => !expected.has(golden));
  return [
    ...entries.flatMap(({ entry, golden, reviewed, built }) => {
      if (reviewed === undefined)
        return [`${entry} has no ${golden} yet. Review its API, then run: ${command}`];
      const changed = difference(reviewed.split('\n'), built.split('\n'));
      if (changed.length === 0) return [];
      return [
        `The API of ${entry} is not the one in ${golden} (- reviewed, + built):\n\n${changed.join('\n')}\n\n` +
          `If that is meant: ${command}, and commit the file with the change.`,
      ];
    }),
    ...gone.map((golden) => `${golden} belongs to no entry that was built. Remove it if the entry is gone.`),
  ];
}

/** The lines only in `before` (-, with their number) and only in `after` (+), in order, by their longest common subsequence. */
export function difference(before, after) {
  const common = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] =
        before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const changed = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
      changed.push(`${String(i + 1).padStart(4)} - ${before[i++]}`);
    } else {
      changed.push(`${' '.repeat(4)} + ${after[j++]}`);
    }
  }
  return changed;
}
