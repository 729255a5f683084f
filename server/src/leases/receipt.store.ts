import type { Connection, Database } from '../platform/database.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import type { ChangeKind } from './change.ts';
import type { PendingReceipt } from './ports.ts';
import type { Receipt } from './receipts.ts';

/**
 * Writes the final receipt once; a later writer changes nothing.
 *
 * @returns the receipt that stands
 */
export async function finishReceipt(db: Database, receipt: Receipt): Promise<Receipt> {
  const { rows } = await db.query<{ receipt: Receipt }>(
    `UPDATE receipts SET status = 'final', receipt = CASE status WHEN 'pending' THEN $2 ELSE receipt END
      WHERE epoch = $1 RETURNING receipt`,
    [receipt.epoch, JSON.stringify(receipt)],
  );
  return rows[0]?.receipt ?? receipt;
}

/** @returns changes, committed at least `ageMs` ago, whose receipt is pending, oldest first; a bounded number */
export async function pendingReceipts(db: Database, ageMs: number): Promise<PendingReceipt[]> {
  const { rows } = await db.query<PendingReceipt>(
    `SELECT epoch, tenant_id AS "tenantId" FROM receipts
      WHERE status = 'pending' AND created_at <= clock_timestamp() - make_interval(secs => $1 / 1000.0)
      ORDER BY epoch LIMIT 1000`,
    [ageMs],
  );
  return rows;
}

/** A receipt as it is stored; `receipt` is null while it is pending. */
export interface StoredReceipt {
  epoch: number;
  change: ChangeKind;
  /** Whose things it was about; null when they were nobody's in particular. */
  ownerId: string | null;
  receipt: Receipt | null;
}

/** @returns the receipt of an epoch of this tenant */
export async function findReceipt(
  db: TenantDatabase,
  tenantId: string,
  epoch: number,
): Promise<StoredReceipt | undefined> {
  const { rows } = await readForTenant(db, tenantId, (connection) =>
    connection.query<StoredReceipt>(
      'SELECT epoch, change, owner_id AS "ownerId", receipt FROM receipts WHERE tenant_id = $1 AND epoch = $2',
      [tenantId, epoch],
    ),
  );
  return rows[0];
}

/** A change and its receipt, as somebody finds it who does not know its number. */
export interface ListedReceipt {
  epoch: number;
  change: ChangeKind;
  /** Whose things it was about. */
  owner: string | null;
  /** Id of the resource, the edge or the signature that it was about. */
  about: string | null;
  /** When it was made, by the clock of the database. */
  at: Date;
  /** null: pending. */
  receipt: Receipt | null;
}

/** Which are asked for. */
export interface ReceiptFilter {
  tenantId: string;
  owner?: string | undefined;
  about?: string | undefined;
  change?: ChangeKind | undefined;
  /** Only those of smaller epochs. */
  before?: number | undefined;
  limit: number;
}

/** @returns the newest first */
export async function listReceipts(
  connection: Connection,
  { tenantId, owner, about, change, before, limit }: ReceiptFilter,
): Promise<ListedReceipt[]> {
  const { rows } = await connection.query<ListedReceipt>(
    `SELECT epoch, change, owner_id AS owner, subject AS about, created_at AS at, receipt FROM receipts
      WHERE tenant_id = $1 AND ($2::text IS NULL OR owner_id = $2) AND ($3::text IS NULL OR subject = $3)
        AND ($4::text IS NULL OR change = $4) AND ($5::bigint IS NULL OR epoch < $5)
      ORDER BY epoch DESC LIMIT $6`,
    [tenantId, owner ?? null, about ?? null, change ?? null, before ?? null, limit],
  );
  return rows;
}

/** @returns the epoch of the newest change of this kind that was about `subject` */
export async function lastEpochOf(
  connection: Connection,
  { tenantId, change, subject }: { tenantId: string; change: ChangeKind; subject: string },
): Promise<number | undefined> {
  const { rows } = await connection.query<{ epoch: number }>(
    `SELECT epoch FROM receipts WHERE tenant_id = $1 AND subject = $2 AND change = $3
      ORDER BY epoch DESC LIMIT 1`,
    [tenantId, subject, change],
  );
  return rows[0]?.epoch;
}

/** Receipts of an erased owner name them by another id. */
export async function renameInReceipts(
  connection: Connection,
  { tenantId, ownerId, newId }: { tenantId: string; ownerId: string; newId: string },
): Promise<void> {
  await connection.query('UPDATE receipts SET owner_id = $3 WHERE tenant_id = $1 AND owner_id = $2', [
    tenantId,
    ownerId,
    newId,
  ]);
}
