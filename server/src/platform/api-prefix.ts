/** What the rest of the router, the showcase and what is to come are served by. */
const TAKEN = ['cdn', 'health', 'assets', 'metrics', 'view', 'r'];

/** One or more plain segments, e.g. `/api` or `/storage/v1`. Not one of those that serve something else. */
export const apiPrefixPattern = new RegExp(
  `^(?!/(?:${TAKEN.join('|')})(?:/|$))(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`,
  'i',
);

/** For whoever writes another. */
export const API_PREFIX_RULE = `must be plain segments, e.g. /api or /storage/v1, and begin with none of ${TAKEN.map((name) => `/${name}`).join(', ')}`;
