import { MARK_BYTES, type BatchPlace, type SealedBatch } from './batch.ts';
import { BatchLeaves } from './batch-leaves.ts';
import type { CheckpointHeads } from './checkpoint-heads.ts';
import { dayOfMicros, Findings, type VerificationReport } from './findings.ts';
import { EVENT_WRITER, PARTITION_DROPPED, SEALS_BEGAN } from './event-writer.ts';
import { NO_SEAL, leavesDigest, sealOf } from './leaf.ts';
import { leafOfStored, personalState, type LeafOnly, type StoredRow } from './stored-row.ts';

/** The record of a batch as a database or an export has it. */
export type StoredRecord = Omit<BatchPlace, 'previous'> & SealedBatch;

/** What a verification may rely on. */
export interface VerifierOptions {
  checkpoints: CheckpointHeads;
  /** Last day whose rows retention is said to have taken. */
  retiredThrough?: string | undefined;
  /** Batches may come without their rows, as in a filtered export. */
  mayLackRows?: boolean | undefined;
  findings: Findings;
}

/** Of a batch's wrong rows that many are named, the others counted. */
const NAMED_ROWS = 3;

/**
 * Follows the chains of all writers: batches in the order of (writer, number), each with its rows in the order of their
 * numbers. Its memory is that of one batch, and a little for each day that is missing.
 */
export class ChainVerifier {
  rows = 0;
  batches = 0;
  writers = 0;
  erased = 0;
  retired = 0;
  /** Rows of which an export has a hash, or the digest of their batch, and nothing else. */
  notShown = 0;
  /** Rows of batches that no checkpoint saw. */
  unwitnessed = 0;
  /** The day that a sealed event of retention proves. */
  retiredThrough: string | undefined;
  /** Rows from before there were seals, as the first sealed event counted them. */
  sealsBegan: { rows: number; at: number } | undefined;
  readonly #options: VerifierOptions;
  readonly #findings: Findings;
  readonly #missingDays = new Map<string, { first: StoredRecord; batches: number; rows: number }>();
  readonly #leaves = new BatchLeaves();
  #record: StoredRecord | undefined;
  #writer: string | undefined;
  #batchNo = -1;
  /** Seals that the batch before may truly have had; undefined: unknown. */
  #previous: Buffer[] | undefined = [NO_SEAL];
  #droppedDays: string[] = [];
  #rowsOfBatch = 0;
  #isWitnessed = false;
  /** Rows of the batch of which only the leaf hash is there. */
  #hashedOnly: number[] = [];

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#findings = options.findings;
  }

  /** The next batch; its rows follow. */
  batch(record: StoredRecord): void {
    this.#endBatch();
    if (record.writer !== this.#writer) this.#beginWriter(record.writer);
    const missing = record.batchNo - this.#batchNo - 1;
    if (missing > 0) {
      const first = this.#batchNo + 1;
      const range = missing === 1 ? `batch ${first} is` : `batches ${first} to ${record.batchNo - 1} are`;
      this.#add('batch-missing', { writer: record.writer, batchNo: first, text: `${range} missing` });
      this.#previous = undefined;
    }
    this.batches += 1;
    this.#batchNo = record.batchNo;
    this.#record = record;
    this.#leaves.clear();
    this.#droppedDays = [];
    this.#rowsOfBatch = 0;
    this.#isWitnessed = this.#options.checkpoints.saw(record);
    this.#hashedOnly = [];
  }

  /** The next row of the batch. */
  row(stored: StoredRow): void {
    this.rows += 1;
    if (!this.#isWitnessed) this.unwitnessed += 1;
    this.#rowsOfBatch += 1;
    const { writer, batchNo, rowNo, row } = stored;
    const state = personalState(stored);
    if (state === 'erased') this.erased += 1;
    if (state === 'changed') {
      const text = 'its path, actor, owner, reason, network or browser is not what was recorded';
      this.#add('personal-changed', { writer, batchNo, rowNo, day: dayOfMicros(row.at), text });
    }
    this.#leaves.add(rowNo, leafOfStored(stored));
    if (writer !== EVENT_WRITER) return;
    const day = dayOfMicros(row.at) ?? '';
    // A day that is not over cannot be past its keeping.
    if (row.event === PARTITION_DROPPED && row.resourceId && row.resourceId < day) {
      this.#droppedDays.push(row.resourceId);
    }
    if (row.event === SEALS_BEGAN && batchNo === 0) {
      this.sealsBegan = { rows: row.bytes ?? 0, at: row.at };
    }
  }

  /** The next row of the batch is not there, only its leaf hash is. */
  leaf({ rowNo, leaf }: LeafOnly): void {
    this.#leaves.add(rowNo, leaf);
    this.#hashedOnly.push(rowNo);
  }

  /** Everything was said. */
  finish(): void {
    this.#endBatch();
    this.#endWriter();
    for (const { writer, batchNo } of this.#options.checkpoints.unseen()) {
      this.#add('tail-cut', { writer, text: `a checkpoint saw batch ${batchNo}, and there is none` });
    }
    for (const [day, { first, batches, rows }] of this.#missingDays) {
      const { writer, batchNo } = first;
      if (batches === 1) {
        this.#add('row-missing', {
          writer,
          batchNo,
          day,
          text: `all rows of this batch are gone, ${rows} in number`,
        });
        continue;
      }
      this.#add('day-missing', {
        day,
        text: `all ${rows} rows of ${batches} batches that end on this day are gone`,
      });
    }
    const { retiredThrough } = this.#options;
    if (retiredThrough !== this.retiredThrough) {
      const text = `rows up to ${retiredThrough ?? 'no day'} are said to be dropped by retention, and no sealed event says so`;
      this.#add('retirement-unproven', { day: retiredThrough, text });
    }
  }

  /** What was found, but for what only the caller knows. */
  report(): Omit<VerificationReport, 'checkpoints' | 'beforeSeals'> {
    const { rows, batches, writers, notShown, unwitnessed, erased, retired, retiredThrough } = this;
    const { kept: findings, total: findingsTotal } = this.#findings;
    const holds = findingsTotal === 0;
    return {
      holds,
      rows,
      batches,
      writers,
      notShown,
      unwitnessed,
      erased,
      retired,
      retiredThrough,
      findings,
      findingsTotal,
    };
  }

  #beginWriter(writer: string): void {
    this.#endWriter();
    this.writers += 1;
    this.#writer = writer;
    this.#batchNo = -1;
    this.#previous = [NO_SEAL];
  }

  #endWriter(): void {
    if (this.#writer === undefined) return;
    const last = this.#options.checkpoints.end(this.#writer);
    if (last !== undefined && last > this.#batchNo) {
      const text = `the chain ends at batch ${this.#batchNo}, and a checkpoint saw batch ${last}`;
      this.#add('tail-cut', { writer: this.#writer, batchNo: this.#batchNo + 1, text });
    }
  }

  #endBatch(): void {
    const record = this.#record;
    if (!record) return;
    this.#record = undefined;
    const digest = leavesDigest(this.#leaves.bytes);
    const isWhole = this.#leaves.count === record.rowCount && digest.equals(record.leaves);
    this.#checkSeal(record, digest);
    this.#checkHashedOnly(record);
    if (this.#options.mayLackRows) this.notShown += this.#hashedOnly.length;
    if (isWhole) {
      for (const day of this.#droppedDays) {
        if (day > (this.retiredThrough ?? '')) this.retiredThrough = day;
      }
      return;
    }
    const isBare = this.#leaves.count === 0;
    if (isBare && this.#options.mayLackRows) {
      this.notShown += record.rowCount;
      return;
    }
    if (this.#rowsOfBatch === 0 && this.#isPastKeeping(record.lastAt)) this.retired += record.rowCount;
    else if (isBare) this.#missAll(record);
    else this.#nameRows(record);
  }

  /** The seal must follow from the one before; if not, whose record is wrong is found by trying. */
  #checkSeal(record: StoredRecord, digest: Buffer): void {
    const { writer, batchNo, seal } = record;
    const before = this.#previous;
    const candidates = (before ?? []).map((previous) => sealOf({ ...record, previous }));
    this.#previous = [seal];
    if (before && !candidates.some((candidate) => candidate.equals(seal))) {
      const withRows = before.some((previous) =>
        sealOf({ ...record, previous, leaves: digest }).equals(seal),
      );
      const text = withRows
        ? 'the digest in its record is not that of its rows, which are as they were sealed'
        : 'its seal does not follow from its record and the seal before it';
      this.#add('seal-broken', { writer, batchNo, day: dayOfMicros(record.lastAt), text });
      // If only the seal was changed, the next batch follows from the one that it should have.
      this.#previous = [seal, ...candidates];
    }
    if (this.#options.checkpoints.contradicts(record)) {
      const text =
        'a signed checkpoint saw another seal for this batch: it, or what came before it, was written anew';
      this.#add('chain-rewritten', { writer, batchNo, day: dayOfMicros(record.lastAt), text });
    }
  }

  /** Whoever deletes a row can put its hash where retention keeps hashes: only of days that it took does it keep any. */
  #checkHashedOnly(record: StoredRecord): void {
    if (this.#options.mayLackRows || this.#hashedOnly.length === 0 || this.#isPastKeeping(record.firstAt))
      return;
    this.#name(
      record,
      'row-missing',
      this.#hashedOnly,
      'only its hash is there, and its day is none that retention took',
    );
  }

  #isPastKeeping(at: number | null | undefined): boolean {
    const { retiredThrough } = this.#options;
    const day = dayOfMicros(at);
    return retiredThrough !== undefined && day !== undefined && day <= retiredThrough;
  }

  #missAll(record: StoredRecord): void {
    const day = dayOfMicros(record.lastAt) ?? 'unknown';
    const missing = this.#missingDays.get(day) ?? { first: record, batches: 0, rows: 0 };
    missing.batches += 1;
    missing.rows += record.rowCount;
    this.#missingDays.set(day, missing);
  }

  /** Which rows are to blame, as far as the marks tell. */
  #nameRows(record: StoredRecord): void {
    const { writer, batchNo, marks, rowCount } = record;
    const { missing, added, changed } = this.#leaves.compare(marks);
    const isTold =
      marks.length === rowCount * MARK_BYTES && missing.length + added.length + changed.length > 0;
    if (!isTold) {
      const text = `${this.#leaves.count} rows are not the ${rowCount} that were sealed`;
      this.#add('row-changed', { writer, batchNo, day: dayOfMicros(record.lastAt), text });
      return;
    }
    this.#name(record, 'row-missing', missing, 'it was sealed and is gone');
    this.#name(record, 'row-added', added, 'it is there and was never sealed');
    this.#name(record, 'row-changed', changed, 'one of its columns is not what was sealed');
  }

  #name(
    { writer, batchNo, lastAt }: StoredRecord,
    kind: 'row-missing' | 'row-added' | 'row-changed',
    rows: readonly number[],
    what: string,
  ): void {
    const day = dayOfMicros(lastAt);
    for (const rowNo of rows.slice(0, NAMED_ROWS))
      this.#add(kind, { writer, batchNo, rowNo, day, text: what });
    const others = rows.length - NAMED_ROWS;
    if (others > 0)
      this.#add(kind, { writer, batchNo, day, text: `${others} more rows of this batch: ${what}` });
  }

  #add(
    kind: Parameters<Findings['add']>[0]['kind'],
    finding: Omit<Parameters<Findings['add']>[0], 'kind'>,
  ): void {
    this.#findings.add({ kind, ...finding });
  }
}
