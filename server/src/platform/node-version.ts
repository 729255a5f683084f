import { StartError } from './start-error.ts';

/** The oldest minor and patch of each major that has what this program uses; majors after the last are new enough. */
const OLDEST: readonly (readonly [number, number, number])[] = [
  [22, 22, 3],
  [24, 15, 0],
];
const NEW_ENOUGH_MAJOR = 26;

/**
 * Refuses an old Node at once: it would start, and fail in the middle of the first delivery.
 *
 * @param version as in `process.versions.node`
 * @throws StartError that names the versions that do
 */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const oldest = OLDEST.find(([supported]) => supported === major);
  const isSupported = oldest
    ? minor > oldest[1] || (minor === oldest[1] && patch >= oldest[2])
    : major >= NEW_ENOUGH_MAJOR;
  if (isSupported) return;
  const wanted = OLDEST.map((numbers) => numbers.join('.')).join(', ');
  throw new StartError(
    `Countersign needs Node ${wanted}, ${NEW_ENOUGH_MAJOR} or newer; this is Node ${version}.`,
  );
}
