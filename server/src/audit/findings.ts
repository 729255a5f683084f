/** What can be wrong with a log. */
export type FindingKind =
  /** A column of a row is not what was sealed. */
  | 'row-changed'
  | 'row-missing'
  | 'row-added'
  /** All rows of some batches of a day are gone, and no retention is recorded. */
  | 'day-missing'
  /** The personal columns of a row are not those that were committed to. */
  | 'personal-changed'
  /** A row belongs to no batch. */
  | 'row-outside-batch'
  | 'batch-missing'
  /** A batch's record, or the one before it, is not what was sealed. */
  | 'seal-broken'
  /** A chain ends before the batch that a checkpoint has seen. */
  | 'tail-cut'
  /** A chain is not the one that a checkpoint has seen. */
  | 'chain-rewritten'
  /** A checkpoint is not signed by the key, damaged, or not in its place. */
  | 'checkpoint-forged'
  /** Rows are gone on the word of an event that is not in a sealed batch. */
  | 'retirement-unproven'
  /** Batches from before there were seals are not those that were counted then. */
  | 'before-seals-changed'
  /** An export says less or more than it announces. */
  | 'export-damaged';

/** One thing that is wrong, and where. It never says what a row holds. */
export interface Finding {
  kind: FindingKind;
  writer?: string | undefined;
  batchNo?: number | undefined;
  rowNo?: number | undefined;
  /** UTC day, `2026-11-21`. */
  day?: string | undefined;
  /** One sentence for a person. */
  text: string;
}

/** What a verification found. */
export interface VerificationReport {
  /** Nothing is wrong. */
  holds: boolean;
  rows: number;
  batches: number;
  /** Chains. */
  writers: number;
  /** Whose signature holds. */
  checkpoints: number;
  /** Rows that a filtered export leaves out: nothing is proven of them but that they were there. */
  notShown: number;
  /**
   * Rows of batches that no checkpoint saw: of the last minute, of servers whose checkpoints were not given, and those
   * of a chain that somebody with the database made up.
   */
  unwitnessed: number;
  /** Rows whose personal columns were erased. */
  erased: number;
  /** Rows that are gone by recorded retention. */
  retired: number;
  /** Last day of which retention took the rows, `2026-08-21`. */
  retiredThrough: string | undefined;
  /** Rows from before there were seals: nothing proves them. */
  beforeSeals: number;
  /** The first of them; `findingsTotal` counts all. */
  findings: Finding[];
  findingsTotal: number;
}

/** @returns what the rows were compared with: without checkpoints a chain that was written anew, or cut, cannot be told */
export const comparedWith = ({
  checkpoints,
}: Pick<VerificationReport, 'checkpoints'>): 'seals' | 'seals-and-checkpoints' =>
  checkpoints > 0 ? 'seals-and-checkpoints' : 'seals';

/** Keeps the first findings and counts the others. */
export class Findings {
  readonly kept: Finding[] = [];
  total = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(finding: Finding): void {
    this.total += 1;
    if (this.kept.length < this.#most) this.kept.push(finding);
  }
}

const DAY_MICROS = 86_400_000_000;

/** @param micros since 1970 @returns the UTC day, undefined for a time that no calendar has */
export function dayOfMicros(micros: number | null | undefined): string | undefined {
  if (micros === null || micros === undefined) return undefined;
  const date = new Date(Math.floor(micros / DAY_MICROS) * (DAY_MICROS / 1000));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
}
