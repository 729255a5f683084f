import { ChainVerifier, type StoredRecord } from './chain-verifier.ts';
import { readCheckpoints } from './checkpoint-heads.ts';
import { Findings, type VerificationReport } from './findings.ts';
import { parseProofLine, type ProofLine } from './proof-line.ts';
import { UnsealedRows } from './unsealed-rows.ts';
import type { VerifyOptions } from './verify.ts';

const MAX_FINDINGS = 100;
const PROGRESS_LINES = 50_000;

/**
 * Verifies an export of `exportProof`, without any database: the same checks, the same report as `verifyAudit`. Of a
 * filtered export it proves the rows that are shown, and that no batch of any chain is missing.
 *
 * @param lines of the export, without line feeds
 * @throws the signal's reason
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions = {},
): Promise<VerificationReport> {
  const findings = new Findings(options.maxFindings ?? MAX_FINDINGS);
  const checkpoints = await readCheckpoints(options.checkpoints ?? [], options.publicKeys ?? [], findings);
  const damaged = (text: string): void => findings.add({ kind: 'export-damaged', text });
  const unsealed = new UnsealedRows(findings);
  let verifier: ChainVerifier | undefined;
  let batch: StoredRecord | undefined;
  let end: Extract<ProofLine, { type: 'end' }> | undefined;
  let rows = 0;
  let batches = 0;
  let lineNumber = 0;
  const isOfBatch = (place: { writer: string; batchNo: number }): boolean =>
    batch !== undefined && place.writer === batch.writer && place.batchNo === batch.batchNo;

  const take = (line: ProofLine): void => {
    if (line.type === 'header') {
      const { filtered, retiredThrough } = line.header;
      verifier ??= new ChainVerifier({
        ...{ checkpoints, findings, mayLackRows: filtered === true },
        retiredThrough: retiredThrough ?? undefined,
      });
      return;
    }
    if (!verifier || end) throw new TypeError('not between the first line and the last');
    switch (line.type) {
      case 'batch':
        if (batch && !isBefore(batch, line.record)) throw new TypeError('not in its place');
        batch = line.record;
        batches += 1;
        return verifier.batch(line.record);
      case 'unsealed-batch':
        return unsealed.batch(line);
      case 'row':
        rows += 1;
        return isOfBatch(line.row) ? verifier.row(line.row) : unsealed.row(line.row);
      case 'leaf':
        return isOfBatch(line.leaf) ? verifier.leaf(line.leaf) : unsealed.row(line.leaf);
      case 'end':
        end = line;
    }
  };

  for await (const text of lines) {
    lineNumber += 1;
    if (lineNumber % PROGRESS_LINES === 0) {
      options.signal?.throwIfAborted();
      options.onProgress?.(rows);
    }
    try {
      take(parseProofLine(text));
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
      damaged(`line ${lineNumber} is ${error instanceof TypeError ? error.message : 'not JSON'}`);
    }
  }
  if (!verifier) {
    damaged('it does not begin as an export of the audit does');
    verifier = new ChainVerifier({ checkpoints, findings });
  }
  verifier.finish();
  unsealed.finish(verifier.sealsBegan);
  if (!end) damaged('its last line is missing: it was cut off');
  else if (end.rows !== rows || end.batches !== batches) {
    damaged(`it says ${end.rows} rows of ${end.batches} batches, and has ${rows} of ${batches}`);
  }
  options.onProgress?.(rows);
  return { ...verifier.report(), checkpoints: checkpoints.checkpoints, beforeSeals: unsealed.beforeSeals };
}

const isBefore = (a: StoredRecord, b: StoredRecord): boolean =>
  a.writer < b.writer || (a.writer === b.writer && a.batchNo < b.batchNo);
