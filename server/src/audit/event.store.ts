import { randomInt, randomUUID } from 'node:crypto';
import type { Connection } from '../platform/database.ts';
import { Batch, type ChainHead } from './batch.ts';
import { headBefore } from './batch.store.ts';
import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';
import { commitmentOf } from './leaf.ts';
import { microsOfTime, timeOfMicros } from './micros.store.ts';
import { EVENT_WRITER, SEALS_BEGAN } from './event-writer.ts';
import type { EventRow } from './rows.ts';
import { freshSalt } from './salts.ts';

/** Any number that no other advisory lock of this database uses. */
const EVENT_LOCK = 0x6576656e;

/** Of this process, so that of all its transactions only one stands in the queue for the chain's lock. */
const OWN_TURN = randomInt(2 ** 31);

/** How long whoever holds the lock may say nothing before the database rolls back and gives the lock away. */
const SILENT_MS = 1000;

const INSERT = `
  WITH batch AS (
    INSERT INTO audit_batches (writer, batch_no, attempt, row_count, first_at, last_at, leaves, marks, seal)
    VALUES ($1, $2, $3, 1, ${timeOfMicros('$4::int8')}, ${timeOfMicros('$4::int8')}, $5, $6, $7)
  )
  INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
    actor, owner, reason, bytes, ip_prefix, user_agent, holder, writer, batch_no, row_no, salt, commitment)
  VALUES (${timeOfMicros('$4::int8')}, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $1, $2, 0,
    $21, $22)`;

/**
 * Records what the caller's transaction does, so that the row is there exactly when the change is.
 *
 * All events of a database are one chain, so one transaction after the other writes to it: from this call to its end
 * the caller's transaction holds the chain's lock. Whoever takes other locks, takes them before, all but the epoch's
 * row, which is always last; then no two can wait for each other. A server that stops or is cut off in the middle must
 * not keep the others waiting: the lock is taken from it after a second, and its next transaction queues behind theirs.
 *
 * @param connection inside a READ COMMITTED transaction of the caller
 */
export async function writeEvent(connection: Connection, event: EventRow): Promise<void> {
  const { head, at } = await lockChain(connection);
  await append(connection, head.batchNo < 0 ? await begin(connection, head, at) : head, at, event);
}

/** Begins the chain of events, unless it has begun, where there are rows from before there were seals. */
export async function beginEvents(connection: Connection): Promise<void> {
  const { head, at } = await lockChain(connection);
  if (head.batchNo < 0) await begin(connection, head, at);
}

/** The first event counts what no seal covers, so that nothing can be added to it later. */
async function begin(connection: Connection, head: ChainHead, at: number): Promise<ChainHead> {
  const { rows } = await connection.query<{ bytes: number | null }>(
    'SELECT sum(row_count)::float8 AS bytes FROM audit_batches_before_seals',
  );
  const bytes = rows[0]?.bytes ?? undefined;
  return bytes === undefined
    ? head
    : append(connection, head, at, { event: SEALS_BEGAN, actor: 'system', bytes });
}

async function append(
  connection: Connection,
  head: ChainHead,
  at: number,
  event: EventRow,
): Promise<ChainHead> {
  const row = {
    at,
    event: event.event,
    tenantId: event.tenantId,
    path: clean(event.path),
    resourceId: event.resourceId,
    signatureId: event.signatureId,
    kid: event.kid,
    actor: cleanUnchecked(event.actor),
    owner: clean(event.owner),
    reason: cleanUnchecked(event.reason),
    bytes: event.bytes,
    ipPrefix: event.ipPrefix,
    userAgent: cleanUserAgent(event.userAgent),
    holder: event.holder,
  };
  const salt = freshSalt();
  const commitment = commitmentOf(salt, row);
  const batchNo = head.batchNo + 1;
  const place = { previous: head.seal, writer: EVENT_WRITER, batchNo, attempt: randomUUID() };
  const { leaves, marks, seal } = new Batch(place, [{ row, commitment }]).sealed();
  await connection.query({
    name: 'audit-event',
    text: INSERT,
    values: [
      ...[EVENT_WRITER, batchNo, place.attempt, at, leaves, marks, seal],
      ...[row.event, row.tenantId, row.path, row.resourceId, row.signatureId, row.kid],
      ...[row.actor, row.owner, row.reason, row.bytes, row.ipPrefix, row.userAgent, row.holder],
      ...[salt, commitment],
    ],
  });
  return { batchNo, seal };
}

/** @returns the chain's end, which stays its end until the transaction is over, and the time in microseconds */
async function lockChain(connection: Connection): Promise<{ head: ChainHead; at: number }> {
  // A statement of its own: the next one must see what the transaction that held the lock has committed.
  const { rows } = await connection.query<{ at: number }>({
    name: 'audit-event-lock',
    text: `WITH turn AS MATERIALIZED (
             SELECT 0 AS taken, set_config('idle_in_transaction_session_timeout', '${SILENT_MS}', true)
               FROM pg_advisory_xact_lock(${EVENT_LOCK}, ${OWN_TURN}))
           SELECT ${microsOfTime("date_trunc('milliseconds', clock_timestamp())")} AS at
           FROM pg_advisory_xact_lock(${EVENT_LOCK} + (SELECT taken FROM turn))`,
  });
  return { head: await headBefore(connection, EVENT_WRITER, Number.MAX_SAFE_INTEGER), at: rows[0]?.at ?? 0 };
}
