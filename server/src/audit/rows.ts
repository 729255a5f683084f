/** A signed URL that is about to leave. Its row is committed first. */
export interface IssuanceRow {
  tenantId: string;
  /** Canonical key without leading slash, e.g. `public/team/avatar-2.jpg`. */
  path: string;
  resourceId: string;
  /** `sig_` + sid. */
  signatureId: string;
  /** The key that signs; the row goes in only while this key is active. */
  kid: string;
  /** Who asked: a principal's id, or `anonymous`. */
  actor: string;
  /** Whose key signs. */
  owner: string;
  reason: string;
  /** End of the URL; a number is milliseconds since 1970. */
  expiresAt: Date | number;
  /** As `ipPrefix()` gives it; never a whole address. */
  ipPrefix: string;
  /** As the client sent it; stored cleaned and shortened. */
  userAgent: string | undefined;
}

/** One request for bytes: delivered, or refused. Fields that are not known stay absent. */
export interface AccessRow {
  event: 'delivery' | 'denial';
  /** Wall time, milliseconds since 1970. */
  at: number;
  tenantId?: string | undefined;
  path?: string | undefined;
  resourceId?: string | undefined;
  signatureId?: string | undefined;
  kid?: string | undefined;
  actor?: string | undefined;
  owner?: string | undefined;
  /** Of a denial: the cause, one word; of a delivery: which smaller picture it was, if it was one. */
  reason?: string | undefined;
  /** Milliseconds since 1970. */
  expiresAt?: number | undefined;
  /** HTTP status that is answered. */
  status: number;
  /** Bytes of the body that is about to be sent. */
  bytes?: number | undefined;
  /** Milliseconds from the request's arrival to this row. */
  durationMs?: number | undefined;
  ipPrefix: string;
  userAgent: string | undefined;
}

/** Something an administrator or the system did, e.g. `key-revoked`; recorded in the transaction that does it. */
export interface EventRow {
  /** Lower-case, hyphenated: `key-revoked`, `key-reinstated`, `resource-created`, ... */
  event: string;
  /** Absent for what concerns the whole deployment. */
  tenantId?: string | undefined;
  path?: string | undefined;
  resourceId?: string | undefined;
  signatureId?: string | undefined;
  kid?: string | undefined;
  actor: string;
  owner?: string | undefined;
  reason?: string | undefined;
  /** Bytes of what it is about, e.g. of the created resource. */
  bytes?: number | undefined;
  ipPrefix?: string | undefined;
  userAgent?: string | undefined;
  holder?: string | undefined;
}
