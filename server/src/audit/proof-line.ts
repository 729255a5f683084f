import type { StoredRecord } from './chain-verifier.ts';
import type { LeafOnly, StoredRow } from './stored-row.ts';

/** First line of an export that can be verified without the database. */
export interface ProofHeader {
  type: 'countersign-audit-proof';
  version: 1;
  /** When it was read. */
  at: string;
  /** Rows are left out; only their leaf hashes or their batches' digests are there. */
  filtered: boolean;
  /** Last day that retention is said to have taken. */
  retiredThrough: string | null;
}

/** What a line says. */
export type ProofLine =
  | { type: 'header'; header: ProofHeader }
  | { type: 'batch'; record: StoredRecord }
  | { type: 'unsealed-batch'; writer: string; batchNo: number; rowCount: number }
  | { type: 'row'; row: StoredRow }
  | { type: 'leaf'; leaf: LeafOnly }
  | { type: 'end'; rows: number; batches: number };

const MICROS = 1000;

/** @returns e.g. `2026-11-21T12:00:00.123456Z`; null stays null, and a time that no calendar has becomes its number */
function isoOf(micros: number | null | undefined): string | null {
  if (micros === null || micros === undefined) return null;
  const date = new Date(Math.floor(micros / MICROS));
  if (Number.isNaN(date.getTime())) return String(micros);
  return `${date.toISOString().slice(0, -1)}${String(((micros % MICROS) + MICROS) % MICROS).padStart(3, '0')}Z`;
}

function microsOf(iso: unknown): number | null {
  if (iso === null) return null;
  const text = string(iso);
  const rest = /^(.+\.\d{3})(\d{3})Z$/.exec(text);
  return rest ? Date.parse(`${rest[1]}Z`) * MICROS + Number(rest[2]) : Number(text);
}

const hex = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null;

/** One line of JSON, with its line feed. */
export function proofLine(line: ProofLine): string {
  return `${JSON.stringify(valueOf(line))}\n`;
}

function valueOf(line: ProofLine): unknown {
  switch (line.type) {
    case 'header':
      return line.header;
    case 'batch': {
      const { writer, batchNo, attempt, rowCount, firstAt, lastAt, leaves, marks, seal } = line.record;
      return {
        ...{
          type: 'batch',
          writer,
          batchNo,
          attempt,
          rowCount,
          firstAt: isoOf(firstAt),
          lastAt: isoOf(lastAt),
        },
        ...{ leaves: hex(leaves), marks: hex(marks), seal: hex(seal) },
      };
    }
    case 'row': {
      const { writer, batchNo, rowNo, row, salt, commitment } = line.row;
      const columns = { ...row, at: isoOf(row.at), expiresAt: isoOf(row.expiresAt) };
      return {
        type: 'row',
        writer,
        batchNo,
        rowNo,
        ...columns,
        salt: hex(salt),
        commitment: hex(commitment),
      };
    }
    case 'leaf':
      return { type: 'leaf', ...line.leaf, leaf: hex(line.leaf.leaf) };
    default:
      return line;
  }
}

/** @throws TypeError when the line is none of an export */
export function parseProofLine(text: string): ProofLine {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  const line = value as Record<string, unknown>;
  const writer = (): string => string(line['writer']);
  const batchNo = (): number => number(line['batchNo']);
  switch (line['type']) {
    case 'countersign-audit-proof':
      if (line['version'] !== 1) throw new TypeError('of a version that this release does not know');
      return { type: 'header', header: value as ProofHeader };
    case 'batch':
      return { type: 'batch', record: recordOf(line) };
    case 'unsealed-batch':
      return {
        type: 'unsealed-batch',
        writer: writer(),
        batchNo: batchNo(),
        rowCount: number(line['rowCount']),
      };
    case 'row':
      return { type: 'row', row: rowOf(line) };
    case 'leaf':
      return {
        type: 'leaf',
        leaf: {
          writer: writer(),
          batchNo: batchNo(),
          rowNo: number(line['rowNo']),
          leaf: bytes(line['leaf']),
        },
      };
    case 'end':
      return { type: 'end', rows: number(line['rows']), batches: number(line['batches']) };
    default:
      throw new TypeError('of no known type');
  }
}

function recordOf(line: Record<string, unknown>): StoredRecord {
  return {
    writer: string(line['writer']),
    batchNo: number(line['batchNo']),
    attempt: string(line['attempt']),
    rowCount: number(line['rowCount']),
    firstAt: microsOf(line['firstAt']) ?? undefined,
    lastAt: microsOf(line['lastAt']) ?? undefined,
    leaves: bytes(line['leaves']),
    marks: bytes(line['marks']),
    seal: bytes(line['seal']),
  };
}

function rowOf(line: Record<string, unknown>): StoredRow {
  const words = (name: string): string | null => (line[name] === null ? null : string(line[name]));
  const whole = (name: string): number | null => (line[name] === null ? null : number(line[name]));
  return {
    writer: string(line['writer']),
    batchNo: number(line['batchNo']),
    rowNo: number(line['rowNo']),
    row: {
      at: microsOf(string(line['at'])) ?? Number.NaN,
      event: string(line['event']),
      tenantId: words('tenantId'),
      resourceId: words('resourceId'),
      signatureId: words('signatureId'),
      kid: words('kid'),
      expiresAt: microsOf(line['expiresAt']),
      status: whole('status'),
      bytes: whole('bytes'),
      durationMs: whole('durationMs'),
      holder: words('holder'),
      path: words('path'),
      actor: words('actor'),
      owner: words('owner'),
      reason: words('reason'),
      ipPrefix: words('ipPrefix'),
      userAgent: words('userAgent'),
    },
    salt: line['salt'] === null ? null : bytes(line['salt']),
    commitment: line['commitment'] === null ? null : bytes(line['commitment']),
  };
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('without a text that it needs');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('without a number that it needs');
  return value;
}

function bytes(value: unknown): Buffer {
  if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value))
    throw new TypeError('without bytes that it needs');
  return Buffer.from(value, 'hex');
}
