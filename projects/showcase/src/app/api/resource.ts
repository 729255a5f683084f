import type { Resource as WireResource, ResourcePage as WireResourcePage } from './wire-types.ts';

/** One stored object, as far as an upload answers it too. */
export type Resource = Pick<
  WireResource,
  | 'id'
  | 'path'
  | 'kind'
  | 'owner'
  | 'ownerName'
  | 'ownerHandle'
  | 'displayName'
  | 'contentType'
  | 'size'
  | 'createdAt'
>;

/** One page of a list, as `GET /api/resources` has it. */
export type ResourcePage = Omit<WireResourcePage, 'items'> & { items: Resource[] };

/** Where team photos live; what follows it is the name that `getTeamMemberPhotoUrl` takes. */
export const TEAM_PREFIX = 'public/team/';

/** @returns the name of a team photo, e.g. `avatar-2.jpg` for `public/team/avatar-2.jpg` */
export function teamPhotoName(path: string): string {
  return path.startsWith(TEAM_PREFIX) ? path.slice(TEAM_PREFIX.length) : path;
}
