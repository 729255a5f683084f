import type { CommittedRow } from './batch.ts';
import { commitmentOf, type PersonalColumns, type PublicColumns } from './leaf.ts';
import { freshSalt } from './salts.ts';
import type { AccessLine } from './spool-line.ts';

const MICROS = 1000;

/** A delivery or denial exactly as the database will hold it. */
export interface SealableAccess extends CommittedRow {
  row: PublicColumns & PersonalColumns;
  salt: Buffer;
}

/**
 * @param line of the spool, already cleaned
 * @throws RangeError when a cell does not hold what its column takes
 */
export function sealableAccess(line: AccessLine, holder: string): SealableAccess {
  const salt = freshSalt();
  const row = {
    at: micros(line[0]) ?? Number.NaN,
    event: text(line[1]) ?? '',
    tenantId: text(line[2]),
    path: text(line[3]),
    resourceId: text(line[4]),
    signatureId: text(line[5]),
    kid: text(line[6]),
    actor: text(line[7]),
    owner: text(line[8]),
    reason: text(line[9]),
    expiresAt: micros(line[10]),
    status: number(line[11]),
    bytes: number(line[12]),
    durationMs: number(line[13]),
    ipPrefix: text(line[14]),
    userAgent: text(line[15]),
    holder,
  };
  return { row, salt, commitment: commitmentOf(salt, row) };
}

type Cell = AccessLine[number] | undefined;

function text(cell: Cell): string | null {
  if (cell === null || typeof cell === 'string') return cell;
  throw new RangeError('a cell of a spool line is not text');
}

function number(cell: Cell): number | null {
  if (cell === null || typeof cell === 'number') return cell;
  throw new RangeError('a cell of a spool line is not a number');
}

function micros(cell: Cell): number | null {
  const milliseconds = number(cell);
  return milliseconds === null ? null : Math.round(milliseconds * MICROS);
}
