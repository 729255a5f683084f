// Which spec files `npm test -- WORD...` means.

/** Angular projects, which Karma runs as a whole. */
export const karmaProjects = ['resource-url', 'showcase'];

/**
 * A word is an Angular project, a folder (`signing`, `server/src/keys`) or, if there is no such folder, part of a
 * file name (`leaver` for e2e/leaver.spec.ts).
 * @param words as typed
 * @param specs relative paths of all spec files that Node runs
 * @returns `{ projects, specs, unknown }`: what to run, and the words that mean nothing
 */
export function select(words, specs) {
  const projects = karmaProjects.filter((name) => words.includes(name));
  const chosen = new Set();
  const unknown = [];
  for (const word of words) {
    if (karmaProjects.includes(word)) continue;
    const found = specsFor(word.replace(/^\.\/|\/$/g, ''), specs);
    if (found.length === 0) unknown.push(word);
    found.forEach((file) => chosen.add(file));
  }
  return { projects, specs: specs.filter((file) => chosen.has(file)), unknown };
}

function specsFor(word, specs) {
  const inFolder = specs.filter((file) => `/${file}`.includes(`/${word}/`) || file === word);
  return inFolder.length > 0
    ? inFolder
    : specs.filter((file) => file.slice(file.lastIndexOf('/') + 1).includes(word));
}
