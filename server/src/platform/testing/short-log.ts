/** A log (as `StartLog`) that keeps its lines for a spec to read. */
export function shortLog() {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  return { lines, info: keep, warn: keep, error: keep };
}
