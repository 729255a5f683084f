/** One stored object, as `GET /api/resources` lists it. */
export interface Resource {
  id: string;
  /** The canonical key, e.g. `public/team/avatar-2.jpg`. */
  path: string;
  kind: string;
  /** Id of the person to whom it belongs. */
  owner: string;
  ownerName: string;
  /** Stands for the owner in paths. */
  ownerHandle: string;
  displayName: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** ISO time. */
  createdAt: string;
}

/** One page of a list; `nextCursor` is null on the last one. */
export interface ResourcePage {
  items: Resource[];
  nextCursor: string | null;
  total: number;
}

/** Where team photos live; what follows it is the name that `getTeamMemberPhotoUrl` takes. */
export const TEAM_PREFIX = 'public/team/';

/** @returns the name of a team photo, e.g. `avatar-2.jpg` for `public/team/avatar-2.jpg` */
export function teamPhotoName(path: string): string {
  return path.startsWith(TEAM_PREFIX) ? path.slice(TEAM_PREFIX.length) : path;
}
