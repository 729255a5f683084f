/** One resource that the service asked for, as a sign request would name it. */
export interface AskedResource {
  /** What would be signed, decoded, without leading slash, e.g. `public/team/avatar-2.jpg`. */
  readonly path: string;
  /** What the audit row would say, e.g. `team_member_photo`. */
  readonly reason: string;
  /** Lifetime in minutes; `undefined` where the server's policy would decide. */
  readonly expiryMinutes: number | undefined;
}
