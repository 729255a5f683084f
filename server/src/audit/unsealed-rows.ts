import { dayOfMicros, type Findings } from './findings.ts';
import type { LeafOnly, StoredRow } from './stored-row.ts';

interface Place {
  writer: string;
  batchNo: number;
}

/** Rows have the time of a server, the event that of the database. */
const CLOCKS_DIFFER_MICROS = 300_000_000;

/**
 * Rows that no seal covers: those from before there were seals are counted, and only as many as the first event of the
 * sealed log says; every other one is a finding.
 */
export class UnsealedRows {
  beforeSeals = 0;
  readonly #findings: Findings;
  /** Rows of all batches from before there were seals. */
  #announced = 0;
  /** The youngest row of those batches. */
  #youngest: (Place & { at: number }) | undefined;
  #batch: (Place & { rowCount: number; rows: number }) | undefined;
  #outside: (Place & { rows: number; day: string | undefined }) | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A batch from before there were seals. */
  batch({ writer, batchNo, rowCount }: Place & { rowCount: number }): void {
    this.#endBatch();
    this.#announced += rowCount;
    this.#batch = { writer, batchNo, rowCount, rows: 0 };
  }

  /** A row of that batch, or of none. */
  row(row: StoredRow | LeafOnly): void {
    if (this.#batch && isOf(row, this.#batch)) {
      this.#batch.rows += 1;
      const at = 'row' in row ? row.row.at : -Infinity;
      if (at > (this.#youngest?.at ?? -Infinity)) this.#youngest = { ...this.#batch, at };
      return;
    }
    if (!this.#outside || !isOf(row, this.#outside)) {
      this.#endOutside();
      const day = 'row' in row ? dayOfMicros(row.row.at) : undefined;
      this.#outside = { writer: row.writer, batchNo: row.batchNo, rows: 0, day };
    }
    this.#outside.rows += 1;
  }

  /** @param began the sealed event that counted rows from before there were seals; undefined: there is none */
  finish(began: { rows: number; at: number } | undefined): void {
    this.#endBatch();
    this.#endOutside();
    const counted = began?.rows;
    // Retention makes room in these batches, and nothing seals what is put there.
    if (began && this.#youngest && this.#youngest.at > began.at + CLOCKS_DIFFER_MICROS) {
      const { writer, batchNo, at } = this.#youngest;
      const text = 'a batch from before there were seals has a row that is younger than the first seal';
      this.#findings.add({ kind: 'before-seals-changed', writer, batchNo, day: dayOfMicros(at), text });
    }
    // Once retention has taken the event, it has taken everything before it.
    if (counted === undefined ? this.beforeSeals > 0 : counted !== this.#announced) {
      const text = `batches from before there were seals have ${this.#announced} rows, and a sealed event counted ${counted ?? 'none'}`;
      this.#findings.add({ kind: 'before-seals-changed', text });
    }
  }

  #endBatch(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    const { writer, batchNo, rowCount, rows } = batch;
    this.beforeSeals += rows;
    if (rows <= rowCount) return;
    const text = `a batch from before there were seals had ${rowCount} rows and has ${rows}`;
    this.#findings.add({ kind: 'before-seals-changed', writer, batchNo, text });
  }

  #endOutside(): void {
    const outside = this.#outside;
    if (!outside) return;
    this.#outside = undefined;
    const { writer, batchNo, rows, day } = outside;
    const text = `${rows} ${rows === 1 ? 'row says' : 'rows say'} that they are of a batch that does not exist`;
    this.#findings.add({ kind: 'row-outside-batch', writer, batchNo, day, text });
  }
}

const isOf = (row: Place, { writer, batchNo }: Place): boolean =>
  row.writer === writer && row.batchNo === batchNo;
