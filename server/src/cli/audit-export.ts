import { createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditExports } from '../audit/exports.ts';
import type { ReadingQuery } from '../audit/reading-log.ts';
import { systemClock } from '../platform/clock.ts';
import { FILTERS, readFilters } from './audit-filters.ts';
import { operatorAsReader, readingLog } from './audit-readings.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { cannotRun, EXIT } from './exit-codes.ts';
import { withDatabase, type OfflineDatabase } from './offline-database.ts';
import { asJson } from './owner-actions.ts';
import type { Terminal } from './terminal.ts';

type Format = 'csv' | 'ndjson' | 'proof';

/** `countersign audit export` */
export const auditExport = defineCommand({
  name: 'audit export',
  says: 'Write rows of the audit into a file, oldest first',
  details: `The last line says how many rows there are: a file without it is not whole. With --out the file appears under
its name when it is, for you alone to read; without, it goes to stdout. With --json, what was written is told
in JSON, or, without --out, the format is ndjson. The audit records the export.`,
  options: {
    format: {
      type: 'string',
      value: 'FORM',
      choices: ['csv', 'ndjson', 'proof'],
      says: 'form of the file (default csv)',
    },
    out: { type: 'string', value: 'FILE', completes: 'file', says: 'write it here; it must not exist' },
    ...FILTERS,
    ...DATABASE_OPTIONS,
  },
  run: ({ options, json, terminal, onInterrupt }) => {
    const query = readFilters(options, systemClock.now());
    const { out } = options;
    const format = (options.format ?? (json && out === undefined ? 'ndjson' : 'csv')) as Format;
    return withDatabase(options, async (opened) => {
      if (out !== undefined) await refuseExisting(out);
      const interrupted = new AbortController();
      const written = withExport({ opened, query, format, signal: interrupted.signal }, (body) =>
        out === undefined ? toStdout(body, terminal) : toFile(body, out),
      );
      onInterrupt(async () => {
        interrupted.abort();
        await written.catch(() => undefined);
      });
      const bytes = await written;
      if (out !== undefined) {
        await terminal.write(
          json ? asJson({ file: out, format, bytes }) : `Wrote ${bytes} bytes of ${format} to ${out}.\n`,
        );
      }
      return EXIT.done;
    });
  },
});

interface Asked {
  opened: OfflineDatabase;
  query: ReadingQuery;
  format: Format;
  signal: AbortSignal;
}

/** The server's own export, with its record in the audit. */
async function withExport<T>(
  { opened, query, format, signal }: Asked,
  take: (body: Readable) => Promise<T>,
): Promise<T> {
  const readings = readingLog(opened);
  const exports = new AuditExports({
    tenants: opened.pools.tenants,
    auditor: opened.pools.auditor,
    readings,
  });
  const { tenantId } = opened;
  try {
    const { body } = await exports.start(operatorAsReader(tenantId), { tenantId }, query, format, signal);
    return await take(body);
  } finally {
    exports.close();
    await readings.close();
  }
}

async function toStdout(body: Readable, terminal: Terminal): Promise<number> {
  let bytes = 0;
  for await (const piece of body) {
    const text = String(piece);
    bytes += Buffer.byteLength(text);
    await terminal.write(text);
  }
  return bytes;
}

/** Under its name only when whole and on the disk. */
async function toFile(body: Readable, out: string): Promise<number> {
  const unfinished = `${out}.unfinished-${process.pid}`;
  try {
    const file = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(body, file);
    await refuseExisting(out);
    await rename(unfinished, out);
    return file.bytesWritten;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function refuseExisting(out: string): Promise<void> {
  const isThere = await access(out).then(
    () => true,
    () => false,
  );
  if (isThere) throw cannotRun(`${out} exists: choose another name for --out, or move it away.`);
}
