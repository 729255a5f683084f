/** One row of `GET /api/audit/logs`, newest first. Fields that do not apply to the event are null or absent. */
export interface AuditRow {
  /** ISO time. */
  at: string;
  /** `issuance`, `delivery`, `denial`, or an administrative event such as `key-revoked`. */
  event: string;
  path?: string | null;
  signatureId?: string | null;
  actor?: string | null;
  owner?: string | null;
  reason?: string | null;
  /** ISO time. */
  expiresAt?: string | null;
  /** HTTP status of a delivery or denial. */
  status?: number | null;
  bytes?: number | null;
  holder?: string | null;
}
