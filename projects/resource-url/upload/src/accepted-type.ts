/**
 * Whether a file is of an accepted type, by the rules of the HTML attribute `accept`.
 *
 * @param accept types and endings, e.g. `image/*,.pdf`; empty accepts everything
 */
export function acceptedType({ name, type }: File, accept: string): boolean {
  const wanted = accept
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const [fileName, mediaType] = [name.toLowerCase(), type.toLowerCase()];
  return (
    wanted.length === 0 ||
    wanted.some((entry) => {
      if (entry.startsWith('.')) return fileName.endsWith(entry);
      if (entry === '*' || entry === '*/*') return true;
      return entry.endsWith('/*') ? mediaType.startsWith(entry.slice(0, -1)) : mediaType === entry;
    })
  );
}
