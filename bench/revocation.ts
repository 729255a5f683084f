// How long a URL lives after its owner is revoked on another server, beside the database's NOTIFY round trip; a thousand
// revocations in a row; what a holder keeps and reads when OWNERS (default 100,000) are revoked; and how often it asks the
// database in a flood of random kids.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { residentMegabytes } from './load/resident-memory.ts';
import { startTwoGateways, statusOf, type TwoGateways } from './load/two-gateways.ts';
import type { Size } from './size.ts';

const SAMPLES = Number(process.env['SAMPLES'] ?? 300);
const IN_A_ROW = Number(process.env['REVOCATIONS'] ?? 1000);
const OWNERS = Number(process.env['OWNERS'] ?? 100_000);
const AT_ONCE = 1000;
const FLOOD_MS = 5000;
const FLOOD_CLIENTS = 64;
const QUIET_MS = 5000;
/** Of the deployment: what nobody has set. */
const LEASE_MS = 2000;
const BATCH_MS = 5;
const SLOWLY_MS = 120_000;

/** What passed between the watched server and its database since it was last reset. */
class Traffic {
  bytesBack = 0;
  keyQueries = 0;

  watch = (direction: 'there' | 'back', bytes: Buffer): void => {
    if (direction === 'back') {
      this.bytesBack += bytes.length;
      return;
    }
    // The name of the prepared statement is in every execution of it.
    for (let at = bytes.indexOf('keys-by-kid'); at >= 0; at = bytes.indexOf('keys-by-kid', at + 1)) {
      this.keyQueries += 1;
    }
  };

  reset(): void {
    this.bytesBack = 0;
    this.keyQueries = 0;
  }
}

export async function run(): Promise<Size[]> {
  const traffic = new Traffic();
  const gateways = await startTwoGateways(traffic.watch);
  try {
    return [
      ...(await latency(gateways)),
      ...(await inARow(gateways)),
      ...(await manyOwners(gateways, traffic)),
      ...(await flood(gateways, traffic)),
    ];
  } finally {
    await gateways.stop();
  }
}

/** From sending the call on one server to the first refusal of another, in turn with the round trip of a NOTIFY. */
async function latency(gateways: TwoGateways): Promise<Size[]> {
  const { near, far, databaseUrl, post, newUrl } = gateways;
  const notify = await notifyRoundTrips(databaseUrl);
  const refused: number[] = [];
  const receipts: number[] = [];
  const trips: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const target = await newUrl(`sample-${sample}`);
    if ((await statusOf(far.origin + target)) !== 200) throw new Error('a URL does not work');
    trips.push(await notify.measure());
    const began = performance.now();
    const revoked = post(near, `/api/owners/sample-${sample}/revoke`, { as: 'admin', status: 200 });
    const received = revoked.then(() => receipts.push(performance.now() - began));
    while ((await statusOf(far.origin + target)) === 200);
    refused.push(performance.now() - began);
    await received;
    if ((await statusOf(far.origin + target)) === 200) throw new Error('served after the receipt');
  }
  await notify.end();
  const of = `of ${SAMPLES}`;
  return [
    { name: `revoke -> refused on another server, p50 ${of}`, size: at(refused, 0.5), unit: 'ms' },
    { name: `the same: p99`, size: at(refused, 0.99), most: 100, unit: 'ms' },
    { name: `the same: longest, beside the lease`, size: at(refused, 1), most: LEASE_MS, unit: 'ms' },
    { name: `revoke -> receipt, p99 ${of}`, size: at(receipts, 0.99), unit: 'ms' },
    { name: `NOTIFY -> notification, the same run, p50 ${of}`, size: at(trips, 0.5), unit: 'ms' },
    { name: `the same: p99`, size: at(trips, 0.99), unit: 'ms' },
  ];
}

async function notifyRoundTrips(
  databaseUrl: string,
): Promise<{ measure(): Promise<number>; end(): Promise<unknown> }> {
  const [listener, sender] = [0, 1].map(() => new pg.Client({ connectionString: databaseUrl }));
  if (!listener || !sender) throw new Error('no clients');
  await Promise.all([listener.connect(), sender.connect()]);
  await listener.query('LISTEN bench');
  return {
    measure: async () => {
      const heard = new Promise((resolve) => listener.once('notification', resolve));
      const began = performance.now();
      await Promise.all([sender.query('NOTIFY bench'), heard]);
      return performance.now() - began;
    },
    end: () => Promise.all([listener.end(), sender.end()]),
  };
}

/** One after the other, each with its receipt. */
async function inARow({ near, database, post }: TwoGateways): Promise<Size[]> {
  await database.query(
    `WITH o AS (INSERT INTO owners (tenant_id, owner_id, display_name)
                SELECT 'default', 'row-' || n, 'row' FROM generate_series(1, $1::int) AS n RETURNING owner_id)
     INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt)
     SELECT substr(md5(owner_id), 1, 21) || 'A', 'default', owner_id, 1, sha256(owner_id::bytea) FROM o`,
    [IN_A_ROW],
  );
  const times: number[] = [];
  const start = performance.now();
  for (let n = 1; n <= IN_A_ROW; n += 1) {
    const began = performance.now();
    await post(near, `/api/owners/row-${n}/revoke`, { as: 'admin', status: 200 });
    times.push(performance.now() - began);
  }
  const seconds = (performance.now() - start) / 1000;
  const name = `${words(IN_A_ROW)} revocations in a row, each until its receipt`;
  return [
    { name, size: Math.round(IN_A_ROW / seconds), unit: '/s' },
    { name: 'the same: longest, beside the lease', size: at(times, 1), most: LEASE_MS, unit: 'ms' },
  ];
}

/** Who guesses kids makes this server ask, but for all of them together. */
async function flood({ far }: TwoGateways, traffic: Traffic): Promise<Size[]> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const sig = `${'A'.repeat(42)}A`;
  const sid = 'A'.repeat(22);
  let answered = 0;
  traffic.reset();
  const start = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - start < FLOOD_MS) {
      const kid = `${randomBytes(16).toString('base64url').slice(0, 21)}A`;
      const query = `sig=${sig}&exp=${exp}&kid=${kid}&sid=${sid}`;
      const status = await statusOf(`${far.origin}/cdn/public/team/photo.png?${query}`);
      if (status !== 403) throw new Error(`a random kid was answered ${status}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: FLOOD_CLIENTS }, client));
  const seconds = (performance.now() - start) / 1000;
  const asked = Math.round(answered / seconds);
  const name = `queries for ${words(asked)} random kids a second`;
  return [{ name, size: Math.round(traffic.keyQueries / seconds), most: 1000 / BATCH_MS, unit: '/s' }];
}

/** The holder hears of every one of them; then it is cut off while as many again are revoked, and comes back. */
async function manyOwners(gateways: TwoGateways, traffic: Traffic): Promise<Size[]> {
  const { far, proxy } = gateways;
  const target = await gateways.newUrl('stays');
  const caughtUp = async (): Promise<void> => {
    while (!(await allHaveApplied(gateways.database))) await sleep(20);
    while ((await statusOf(far.origin + target)) !== 200) await sleep(20);
  };
  await caughtUp();
  const heapBefore = await gateways.liveHeap();
  const before = await residentMegabytes(far.pid);
  for (let n = 0; n < OWNERS; n += AT_ONCE) {
    await revokeMany(gateways, `heard-${n}-`);
    await caughtUp();
  }
  const after = await residentMegabytes(far.pid);
  const heapAfter = await gateways.liveHeap();
  // The newest of them are read once more, for the checkpoints.
  await sleep(QUIET_MS);
  traffic.reset();
  await sleep(QUIET_MS);
  const idle = Math.round(traffic.bytesBack / (QUIET_MS / (LEASE_MS / 4)));

  proxy.hold();
  for (let n = 0; n < OWNERS; n += AT_ONCE) await revokeMany(gateways, `missed-${n}-`);
  traffic.reset();
  proxy.heal();
  const healed = performance.now();
  await caughtUp();
  const back = performance.now() - healed;
  const read = Math.round(traffic.bytesBack / 1000);
  const owners = `${words(OWNERS)} owners revoked`;
  return [
    { name: `resident memory of a holder, ${owners} while it served: before`, size: before, unit: 'MB' },
    { name: 'the same: after', size: after, most: 200, unit: 'MB' },
    { name: 'the same: what it keeps on its heap before', size: heapBefore, unit: 'MB' },
    { name: 'the same: after', size: heapAfter, most: heapBefore + 10, unit: 'MB' },
    { name: `a lease answer with nothing new, ${owners}`, size: idle, most: 4096, unit: 'B' },
    { name: `read by a holder that missed as many, until it serves`, size: read, most: 4096, unit: 'kB' },
    { name: 'the same: until it serves', size: Math.round(back), unit: 'ms' },
    { name: 'the same: resident memory', size: await residentMegabytes(far.pid), most: 200, unit: 'MB' },
  ];
}

/** Whether every holder uses the newest epoch. */
async function allHaveApplied(database: pg.Pool): Promise<boolean> {
  const { rows } = await database.query<{ all: boolean }>(
    'SELECT bool_and(acknowledged = n) AS all FROM holders, epoch WHERE ended_at IS NULL',
  );
  return rows[0]?.all === true;
}

/**
 * What so many revocations leave, their receipts included, without the calls: a server that compares its checkpoints with
 * a database in which changes have no receipts takes it for a restored one.
 */
async function revokeMany({ database }: TwoGateways, prefix: string): Promise<void> {
  await database.query({
    text: `
      WITH o AS (INSERT INTO owners (tenant_id, owner_id, display_name, status)
                 SELECT 'default', '${prefix}' || n, 'many', 'revoked' FROM generate_series(1, ${AT_ONCE}) AS n RETURNING owner_id),
           k AS (INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, state, revoked_at)
                 SELECT substr(md5(owner_id), 1, 21) || 'A', 'default', owner_id, 1, 'revoked', now() FROM o RETURNING kid, owner_id),
           e AS (UPDATE epoch SET n = n + ${AT_ONCE} RETURNING n),
           l AS (INSERT INTO epoch_log (n, tenant_id, change, owner_id, kids)
                 SELECT e.n - ${AT_ONCE} + row_number() OVER (), 'default', 'key-revoked', k.owner_id, ARRAY[k.kid] FROM e, k
                 RETURNING n, owner_id)
      INSERT INTO receipts (epoch, tenant_id, owner_id, change, status, receipt)
      SELECT n, 'default', owner_id, 'key-revoked', 'final',
             jsonb_build_object('epoch', n, 'effectiveAt', now(), 'acknowledged', '{}'::text[], 'lapsed', '{}'::text[],
                                'notCovered', '{}'::text[], 'waitedMs', 1, 'mode', 'early')
        FROM l`,
    query_timeout: SLOWLY_MS,
  } as pg.QueryConfig);
}

/** @returns the value below or at which this part of them is, to a tenth */
function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return Math.round(value * 10) / 10;
}

const words = (count: number): string => count.toLocaleString('en');

if (import.meta.main) console.table(await run());
