// Which spec files run in one process.

/**
 * Deals files out to parts that take about the same time, as far as one can know: neighbours, which test similar things,
 * go to different parts.
 * @param files paths, sorted
 * @param size how many files a part has at most, those that stay together left out
 * @param together what a file shares with others that are in its part, because they write the same folder or start the same
 *   thing: a name, else undefined
 * @returns lists of paths, each with one file at least; always the same for the same files
 */
export function partsOf(files, size, together = () => undefined) {
  const groups = new Map();
  for (const file of files) {
    const name = together(file) ?? `file ${file}`;
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  const parts = Array.from({ length: Math.ceil(files.length / size) }, () => []);
  const smallest = () => parts.reduce((best, part) => (part.length < best.length ? part : best));
  // The large ones first, so that the single files even them out.
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) smallest().push(...group);
  return parts.filter((part) => part.length > 0);
}
