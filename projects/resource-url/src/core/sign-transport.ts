import type { Outcome } from './outcome.ts';

/** One resource to get a URL for, both ways. Paths are decoded, NFC, without leading slash. */
export interface ResourceRequest {
  readonly path: string;
  /** Below `assets`. */
  readonly assetPath: string;
  readonly reason: string;
  readonly expiryMinutes: number | undefined;
}

/**
 * Gets URLs for 1 to 200 resources in one go and hands back one outcome each, in the same order. It never throws.
 * What it returns aborts; nothing is handed back after that.
 */
export type SignTransport = (
  requests: readonly ResourceRequest[],
  done: (outcomes: readonly Outcome[]) => void,
) => () => void;
