import { invalidRequest } from '../platform/problem.ts';

/** Where a row stands in the log. The last three break ties, so that no row is skipped or told twice. */
export interface Position {
  /** Microseconds since 1970. */
  micros: number;
  writer: string;
  batchNo: number;
  rowNo: number;
}

const POSITION = /^(\d{1,16})~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})~(\d{1,15})~(\d{1,9})$/;

/** @returns an opaque token of base64url characters */
export function encodeCursor({ micros, writer, batchNo, rowNo }: Position): string {
  return Buffer.from(`${micros}~${writer}~${batchNo}~${rowNo}`).toString('base64url');
}

/** @throws Problem 400 `invalid-request` for anything that `encodeCursor` did not make */
export function decodeCursor(cursor: string): Position {
  const [, micros, writer, batchNo, rowNo] = POSITION.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (writer === undefined || !Number.isSafeInteger(Number(micros))) {
    throw invalidRequest('query.cursor: take it from nextCursor of an earlier answer');
  }
  return { micros: Number(micros), writer, batchNo: Number(batchNo), rowNo: Number(rowNo) };
}
