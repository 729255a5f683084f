import type { Database } from '../platform/database.ts';
import { EVENT_WRITER, PARTITION_DROPPED, SEALS_BEGAN } from './event-writer.ts';
import { readLog, type LogPiece } from './log-reader.ts';
import { proofLine, type ProofHeader } from './proof-line.ts';
import { leafOfStored, type StoredRow } from './stored-row.ts';
import { beginSnapshot, claimedRetirement } from './verify.store.ts';

/** What is exported, and how. */
export interface ProofExportOptions {
  /** Whose user may read the log of all tenants. */
  database: Database;
  /** Rows that may be seen; of the others only leaf hashes are told, which say nothing. Default all. */
  shows?: ((row: StoredRow) => boolean) | undefined;
  signal?: AbortSignal | undefined;
}

/** Events without a person or a tenant, which say what rows cannot be there. */
const ALWAYS_SHOWN = new Set([PARTITION_DROPPED, SEALS_BEGAN]);

/**
 * Writes the log so that it can be verified anywhere, without the database (`verifyExport`): every batch of every chain,
 * each with its rows. Of a filtered export a batch with a row that is shown carries the leaf hashes of its other rows,
 * and one without carries its digest alone.
 *
 * @returns pieces of text, whole lines each
 */
export async function* exportProof({
  database,
  shows,
  signal,
}: ProofExportOptions): AsyncGenerator<string, void> {
  const connection = await database.connect();
  let isWhole = false;
  try {
    await beginSnapshot(connection);
    const header: ProofHeader = {
      type: 'countersign-audit-proof',
      version: 1,
      at: new Date().toISOString(),
      filtered: shows !== undefined,
      retiredThrough: (await claimedRetirement(connection, PARTITION_DROPPED)) ?? null,
    };
    yield proofLine({ type: 'header', header });
    const writer = new ProofWriter(shows);
    for await (const piece of readLog(connection, signal)) {
      const text = writer.lines(piece);
      if (text !== '') yield text;
    }
    yield writer.end();
    await connection.query('COMMIT');
    isWhole = true;
  } finally {
    connection.release(isWhole ? undefined : new Error('the export was given up'));
  }
}

class ProofWriter {
  readonly #shows: ((row: StoredRow) => boolean) | undefined;
  #rows = 0;
  #batches = 0;
  /** Lines of rows that are not shown, of a batch none of whose rows has been shown yet. */
  #held = '';
  #isShown = false;

  constructor(shows: ((row: StoredRow) => boolean) | undefined) {
    this.#shows = shows;
  }

  lines({ record, begins, rows }: LogPiece): string {
    let text = '';
    if (begins && record?.seal) {
      text += proofLine({ type: 'batch', record });
      this.#batches += 1;
      this.#held = '';
      this.#isShown = false;
    } else if (begins && record) {
      const { writer, batchNo, rowCount } = record;
      text += proofLine({ type: 'unsealed-batch', writer, batchNo, rowCount });
    }
    for (const row of rows) {
      const isSeen = !('leaf' in row) && this.#isSeen(row);
      // A row that no seal covers has no leaf hash that says anything.
      if (!isSeen && !record?.seal) continue;
      if (isSeen) {
        text += `${this.#held}${proofLine({ type: 'row', row })}`;
        this.#held = '';
        this.#isShown = true;
        this.#rows += 1;
        continue;
      }
      const { writer, batchNo, rowNo } = row;
      const leaf = 'leaf' in row ? row.leaf : leafOfStored(row);
      const line = proofLine({ type: 'leaf', leaf: { writer, batchNo, rowNo, leaf } });
      if (this.#isShown || !this.#shows) text += line;
      else this.#held += line;
    }
    return text;
  }

  end(): string {
    return proofLine({ type: 'end', rows: this.#rows, batches: this.#batches });
  }

  #isSeen(row: StoredRow): boolean {
    if (!this.#shows) return true;
    return this.#shows(row) || (row.writer === EVENT_WRITER && ALWAYS_SHOWN.has(row.row.event));
  }
}
