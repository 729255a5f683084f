import {
  HASH_BYTES,
  NO_SEAL,
  leafOf,
  leavesDigest,
  sealBeginning,
  sealOf,
  type PublicColumns,
} from './leaf.ts';

/** The end of a writer's chain. */
export interface ChainHead {
  /** -1 before the first batch. */
  batchNo: number;
  seal: Buffer;
}

/** Before the first batch. */
export const NO_BATCH: ChainHead = { batchNo: -1, seal: NO_SEAL };

/** A row of a batch with the commitment to its personal columns. */
export interface CommittedRow {
  row: PublicColumns;
  commitment: Buffer;
}

/** What is fixed of a batch before its rows are. */
export interface BatchPlace {
  /** Seal of the batch before it. */
  previous: Buffer;
  writer: string;
  batchNo: number;
  attempt: string;
}

/** A batch with its rows' leaves. */
export class Batch {
  readonly place: BatchPlace;
  readonly rows: readonly CommittedRow[];
  /** Leaf hashes of all rows, one after the other. */
  readonly leaves: Buffer;

  /** @param rows numbered from 0 in this order */
  constructor(place: BatchPlace, rows: readonly CommittedRow[]) {
    this.place = place;
    this.rows = rows;
    this.leaves = Buffer.allocUnsafe(rows.length * HASH_BYTES);
    const { writer, batchNo } = place;
    rows.forEach(({ row, commitment }, rowNo) => {
      leafOf({ writer, batchNo, rowNo }, row, commitment).copy(this.leaves, rowNo * HASH_BYTES);
    });
  }

  /** Beginning of the seal's input. */
  get sealBeginning(): Buffer {
    return sealBeginning(this.place);
  }

  /** Marks of all rows. */
  get marks(): Buffer {
    return marksOf(
      this.leaves,
      this.rows.map((_row, rowNo) => rowNo),
    );
  }

  /** What the batch's record says when only these rows are in, by their numbers in ascending order; default all. */
  sealed(rowNumbers: readonly number[] = this.rows.map((_row, rowNo) => rowNo)): SealedBatch {
    const isWhole = rowNumbers.length === this.rows.length;
    const leaves = isWhole
      ? this.leaves
      : Buffer.concat(rowNumbers.map((rowNo) => leafAt(this.leaves, rowNo)));
    let firstAt: number | undefined;
    let lastAt: number | undefined;
    for (const rowNo of rowNumbers) {
      const at = this.rows[rowNo]?.row.at ?? Number.NaN;
      firstAt = Math.min(firstAt ?? at, at);
      lastAt = Math.max(lastAt ?? at, at);
    }
    const fields = { firstAt, lastAt, rowCount: rowNumbers.length, leaves: leavesDigest(leaves) };
    return { ...fields, marks: marksOf(leaves, rowNumbers), seal: sealOf({ ...this.place, ...fields }) };
  }
}

/** The record of a batch, but for its place. */
export interface SealedBatch {
  firstAt: number | undefined;
  lastAt: number | undefined;
  rowCount: number;
  leaves: Buffer;
  marks: Buffer;
  seal: Buffer;
}

/** A batch without rows, which keeps a chain without a gap. */
export const emptyBatch = (place: BatchPlace): SealedBatch => new Batch(place, []).sealed();

/** Bytes of a mark: the row's number and the beginning of its leaf hash. */
export const MARK_BYTES = 8;

const MARKED_LEAF_BYTES = 4;

/** @param leaves of these rows, one after the other */
export function marksOf(leaves: Buffer, rowNumbers: readonly number[]): Buffer {
  const marks = Buffer.allocUnsafe(rowNumbers.length * MARK_BYTES);
  rowNumbers.forEach((rowNo, index) => {
    marks.writeInt32BE(rowNo, index * MARK_BYTES);
    leafAt(leaves, index).copy(marks, index * MARK_BYTES + 4, 0, MARKED_LEAF_BYTES);
  });
  return marks;
}

/** The leaf hash at this index. */
const leafAt = (leaves: Buffer, index: number): Buffer =>
  leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
