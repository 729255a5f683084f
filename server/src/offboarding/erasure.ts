import type { Receipt } from '../leases/receipts.ts';
import type { ChainHeads } from './chain-heads.ts';

/**
 * What is done, in this order. Each step may be done again after whoever did it was killed in it.
 *
 * `probe`: URLs to what is theirs are signed and fetched. `revoke`: their keys are destroyed. `delete`: the stored objects
 * go. `remove`: the rows of their resources go. `recheck`: the same URLs are fetched again. `erase`: the name leaves every
 * other row. `certify`: what came in meanwhile is erased, and the certificate is written.
 */
export const ERASURE_STEPS = ['probe', 'revoke', 'delete', 'remove', 'recheck', 'erase', 'certify'] as const;

/** One of them. */
export type ErasureStep = (typeof ERASURE_STEPS)[number];

/** What one gateway answered to the URLs. */
export interface GatewayAnswers {
  /** As it was configured. */
  address: string;
  /** URLs that it delivered before. */
  worked: number;
  /** Of those, URLs that it refused afterwards. */
  refused: number;
  /** Of those, URLs about which nothing can be said: it did not answer, or with an error of its own. */
  unanswered: number;
}

/** What was tried before and after. */
export interface ProbeFacts {
  before: string;
  after: string | null;
  /** How many URLs. */
  urls: number;
  gateways: GatewayAnswers[];
}

/** What the steps found out. */
export interface ErasureFacts {
  before?: ChainHeads;
  probes?: ProbeFacts;
  receipt?: Receipt | null;
  keys?: number;
  /** Collections of which they were a member. */
  memberships?: number;
  /** Ids of resources whose objects were there, and are being deleted: what a killed run has deleted was not absent. */
  deleting?: string[];
  /** Objects that were not there before anybody deleted them. */
  absent?: number;
}

/** An erasure as it is in the database. */
export interface ErasureRow {
  id: string;
  tenantId: string;
  /** null once it is done. */
  ownerId: string | null;
  actor: string | null;
  step: ErasureStep | 'done';
  times: Partial<Record<ErasureStep, string>>;
  facts: ErasureFacts;
  probes: Buffer | null;
  pathSalt: Buffer;
  epochs: number[];
  resourceRows: number;
  auditRows: number;
  failure: string | null;
  orderedAt: Date;
  doneAt: Date | null;
  /** Canonical JSON, signed. */
  certificate: string | null;
}

/** What an erasure does to which stored object, told by none of its names. */
export interface HeldItem {
  /** SHA-256 over the certificate's salt and the path, in hex. */
  pathHash: string;
  size: number;
  deletedAt: string;
}
