/** Whose key signs, as `GET /api/owners` lists them for an administrator. */
export interface Owner {
  id: string;
  name: string;
  status: 'active' | 'revoked';
  /** How many keys this person has had, the present one included. */
  generation: number;
  /** How many resources belong to this person. */
  resources: number;
}

/** The answer to a revocation: from then on nobody serves what the old key signed. */
export interface Receipt {
  epoch: number;
  /** ISO time. */
  effectiveAt: string;
  /** Holders that confirmed. */
  acknowledged: string[];
  /** Holders that did not answer and whose leases have run out. */
  lapsed: string[];
  /** Whoever serves outside the lease protocol. */
  notCovered: string[];
  waitedMs: number;
  /** `early`: every holder confirmed. `fallback`: every lease that did not know of it has run out. */
  mode: 'early' | 'fallback';
}

/** The answer while holders have not all confirmed; asking for the epoch's receipt waits for a few seconds. */
export interface PendingReceipt {
  epoch: number;
  status: 'pending';
}

/** The answer to a reinstatement: a new key, while the old one stays destroyed. */
export interface Reinstatement {
  owner: string;
  generation: number;
  epoch: number;
}
