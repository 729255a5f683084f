// A process that lives only to be killed: appends rows `<name>-<n>` to a spool, and prints n when append has resolved.
// Arguments: folder of the spools, database URL, name.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import pg from 'pg';
import { DeliverySpool } from '../spool.ts';
import { delivery, silent } from './audit-database.ts';

const [folder = '', url = '', name = ''] = process.argv.slice(2);
const database = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 500 });
database.on('error', () => undefined);
const spool = new DeliverySpool({
  database,
  folder,
  writer: randomUUID(),
  holder: name,
  log: silent,
  maxBytes: 1e9,
  maxRows: 64,
  shipAfterMs: 20,
  syncAfterMs: 10,
});
await spool.start();
say('started');
for (let n = 0; ; n += 8) {
  const turn = Array.from({ length: 8 }, (_, row) => n + row);
  await Promise.all(turn.map((row) => spool.append(delivery(`${name}-${row}`))));
  say(turn.join('\n'));
  if (n % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Synchronously, so that what was said is out when the kill comes. */
function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
