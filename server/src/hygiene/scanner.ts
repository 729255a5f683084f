import type { ExaminedBytes, Quarantined } from './examination.ts';

/** Looks for viruses in stored bytes. */
export interface Scanner {
  /**
   * @returns why they must not be delivered; undefined: all of them were looked at, and nothing was found
   * @throws what the bytes fail with: that is no word of the scanner
   */
  scan(bytes: ExaminedBytes): Promise<Quarantined | undefined>;
  /** @returns what names its signatures of this moment; undefined: it does not answer */
  signatures(): Promise<string | undefined>;
}
