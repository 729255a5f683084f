/** Why some delivery must stop. One mechanism for revocations and takedowns, so that both have the same bound. */
export const CHANGE_KINDS = [
  'key-revoked',
  'key-rotated',
  'key-retired',
  'signature-revoked',
  'prefix-revoked',
  'path-rotated',
  'path-overwritten',
  'path-deleted',
  'path-quarantined',
  'path-transferred',
  'path-moved',
  'path-recreated',
  'owner-reinstated',
  'edge-revoked',
  'edges-counted',
  'owner-erased',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One entry of the epoch log, before it has its number. */
export interface Change {
  tenantId: string;
  change: ChangeKind;
  ownerId?: string;
  /** Keys that must not be used from now on; of `signature-revoked` the key of these URLs, which lives on. */
  kids?: readonly string[];
  /** Paths whose cached entry is out of date. */
  paths?: readonly string[];
  /** Single signed URLs that must not be answered from now on, each by its signature id. */
  signatureIds?: readonly string[];
  /** Each path that begins with one of these, letter by letter, is out of date. */
  prefixes?: readonly string[];
  /** What it is about, for finding its receipt again: the id of a signature, a resource or an edge. Nothing personal. */
  subject?: string;
}

/** An entry of the epoch log. */
export interface NumberedChange extends Required<Omit<Change, 'ownerId' | 'subject'>> {
  epoch: number;
  ownerId: string | null;
}
