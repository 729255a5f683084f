import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { sealableAccess } from '../access-row.ts';
import { DeliveryChains } from '../delivery-chains.ts';
import { accessLine, headerLine, parseSegment } from '../spool-line.ts';
import { delivery, silent } from './audit-database.ts';

/** How a log shall look. */
export interface SealedLogOptions {
  /** Deliveries in all. */
  rows: number;
  /** Rows of one batch. Default 1024, as under load. */
  batchRows?: number;
  /** Chains that the rows are shared among. Default 2. */
  writers?: number;
  /** Time of the first and the last row, milliseconds since 1970. Default the last hour. */
  from?: number;
  to?: number;
  /** People who own and look, and paths that they look at. Default 1000 and 5000. */
  owners?: number;
  paths?: number;
  /** Is told now and then how many rows are in. */
  onProgress?: (rows: number) => void;
}

/**
 * Fills a log with deliveries that are truly sealed, by what ships a spool: the same seals, the same statement. Rows are
 * made of their numbers, so two logs of the same options differ in writers, salts and seals only.
 *
 * @returns the writers
 */
export async function fillSealedLog(database: Database, options: SealedLogOptions): Promise<string[]> {
  const {
    rows,
    batchRows = 1024,
    writers = 2,
    to = Date.now(),
    owners = 1000,
    paths = 5000,
    onProgress,
  } = options;
  const { from = to - 3_600_000 } = options;
  const chains = new DeliveryChains(database, silent);
  const ids: string[] = Array.from({ length: writers }, () => randomUUID());
  const nextBatch = new Map<string, number>(ids.map((id) => [id, 0]));
  for (let first = 0, turn = 0; first < rows; first += batchRows, turn++) {
    const writer = ids[turn % writers] ?? '';
    const batchNo = nextBatch.get(writer) ?? 0;
    const count = Math.min(batchRows, rows - first);
    const lines = Array.from({ length: count }, (_, index) => {
      const n = first + index;
      return accessLine(row(n, Math.floor(from + ((to - from) * n) / rows), owners, paths));
    });
    const holder = `gateway-${turn % writers}`;
    const parsed = parseSegment(headerLine(holder) + lines.join(''))?.rows ?? [];
    const accesses = parsed.map((line) => sealableAccess(line, holder));
    await chains.append({ writer, batchNo, holder, accesses });
    nextBatch.set(writer, batchNo + 1);
    if (turn % 64 === 63) onProgress?.(first + count);
  }
  return ids;
}

function row(n: number, at: number, owners: number, paths: number): ReturnType<typeof delivery> {
  const token = createHash('sha256').update(`row ${n}`).digest('base64url').slice(0, 22);
  const path = n % paths;
  return delivery(token, {
    at,
    path: `public/team/photo-${path}.jpg`,
    resourceId: `res_${path}`,
    kid: `kid-${path % owners}`,
    actor: `person-${n % owners}`,
    owner: `owner-${path % owners}`,
    status: n % 17 === 0 ? 304 : 200,
    bytes: n % 17 === 0 ? 0 : 20_000 + (n % 60_000),
    durationMs: n % 40,
    ipPrefix: `203.0.${n % 256}.0/24`,
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  });
}
