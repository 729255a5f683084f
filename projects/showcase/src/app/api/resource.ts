/** One stored object, and one page of a list, as `GET /api/resources` has them. */
export type { Resource, ResourcePage } from './wire-types.ts';

/** Where team photos live; what follows it is the name that `getTeamMemberPhotoUrl` takes. */
export const TEAM_PREFIX = 'public/team/';

/** @returns the name of a team photo, e.g. `avatar-2.jpg` for `public/team/avatar-2.jpg` */
export function teamPhotoName(path: string): string {
  return path.startsWith(TEAM_PREFIX) ? path.slice(TEAM_PREFIX.length) : path;
}
