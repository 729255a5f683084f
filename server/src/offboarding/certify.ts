import type { AuditProof } from '../audit/audit-proof.ts';
import { currentEpoch } from '../leases/epoch.store.ts';
import { forTenant, readForTenant } from '../platform/tenant-database.ts';
import { digestOf, signCertificate, type CertificateBody } from './certificate.ts';
import { readChainHeads, type ChainHeads } from './chain-heads.ts';
import { heldItems } from './erasure-items.store.ts';
import { sweep, type ErasureTools, type Work } from './erasure-steps.ts';
import { findErasure, finish } from './erasure.store.ts';
import { ERASURE_STEPS, type ErasureRow, type HeldItem } from './erasure.ts';

const MOST_OBJECTS = 1_000;
const DAY_MS = 86_400_000;

/** What certificates say of the deployment. */
export interface Issuer {
  proof: Pick<AuditProof, 'signed'>;
  /** Public address of delivery. */
  origin: string;
  /** Days after which no backup holds what was erased; undefined: nobody has said. */
  backupDays: number | undefined;
  /** AUDIT_CHECKPOINTS in words that are no secret: where this server's go. */
  checkpoints: string;
}

/** The last step: erases what came in meanwhile, and writes the certificate, once. */
export async function certify(tools: ErasureTools & Issuer, work: Work): Promise<void> {
  const { db, receipts, proof, origin, backupDays, checkpoints } = tools;
  const { tenantId, id } = work.row;
  // From then on no server remembers whose key it was, so no row names the person any more.
  await receipts.settle(await readForTenant(db, tenantId, currentEpoch));
  await sweep(tools, work);
  const row = await findErasure(db, tenantId, id);
  if (!row) throw new Error('an erasure that is under way is not there');
  await forTenant(db, tenantId, async (connection) => {
    const items = await heldItems(connection, id);
    const after = await readChainHeads(connection);
    const body = bodyOf(row, items, { after, origin, backupDays, checkpoints });
    const text = proof.signed((key) => signCertificate(body, key));
    await finish(connection, work.claim, { text, at: body.completedAt });
  });
}

function bodyOf(
  row: ErasureRow,
  items: readonly (HeldItem & { kind: string; derivatives: number })[],
  { after, origin, backupDays, checkpoints }: { after: ChainHeads } & Omit<Issuer, 'proof'>,
): CertificateBody {
  const { facts, times } = row;
  const completedAt = new Date().toISOString();
  const objects = items.map(({ pathHash, size, deletedAt }) => ({ pathHash, size, deletedAt }));
  const kinds = [...new Set(items.map(({ kind }) => kind))].sort();
  const sum = (of: readonly { size: number }[]): number => of.reduce((bytes, { size }) => bytes + size, 0);
  const gateways = facts.probes?.gateways ?? [];
  return {
    erasureId: row.id,
    tenant: row.tenantId,
    origin,
    orderedAt: row.orderedAt.toISOString(),
    completedAt,
    steps: ERASURE_STEPS.map((step) => ({ step, doneAt: times[step] ?? completedAt })),
    held: {
      resources: items.length,
      bytes: sum(items),
      byKind: kinds.map((kind) => {
        const ofKind = items.filter((item) => item.kind === kind);
        return { kind, resources: ofKind.length, bytes: sum(ofKind) };
      }),
      pathSalt: row.pathSalt.toString('hex'),
      objects: objects.slice(0, MOST_OBJECTS),
      digest: digestOf(objects),
    },
    deleted: {
      objects: items.length - (facts.absent ?? 0),
      absent: facts.absent ?? 0,
      derivatives: items.reduce((all, { derivatives }) => all + derivatives, 0),
      resourceRows: row.resourceRows,
      auditRows: row.auditRows,
      keys: facts.keys ?? 0,
      memberships: facts.memberships ?? 0,
    },
    receipt: facts.receipt ?? null,
    seals: { before: facts.before ?? after, after },
    probes: {
      before: facts.probes?.before ?? completedAt,
      after: facts.probes?.after ?? completedAt,
      urls: facts.probes?.urls ?? 0,
      gateways,
      allRefused: gateways.every(({ worked, refused }) => worked === refused),
    },
    outside: outsideOf(row, checkpoints),
    backups: backupsOf(completedAt, backupDays),
  };
}

/** What nothing can be taken out of, said as it is. */
function outsideOf(
  { facts, epochs }: ErasureRow,
  checkpoints: string,
): NonNullable<CertificateBody['outside']> {
  const own = [...(facts.receipt ? [facts.receipt.epoch] : []), ...epochs.map(Number)].slice(0, MOST_OBJECTS);
  return {
    epochs: own,
    checkpoints,
    text: `Every server keeps the changes of the deployment in signed checkpoints, from which nothing is ever taken: ${checkpoints} of the server that wrote this certificate, and as many places as there are servers. They hold the numbers and times of the changes above and of earlier ones, names of keys that are destroyed, signature ids, and of each path that was changed its SHA-256. No name and no path is in them; whoever guesses a path can tell that it was changed. Log collectors and what proxies record are outside of this certificate too.`,
  };
}

/** What no certificate can prove, said in it. */
function backupsOf(completedAt: string, days: number | undefined): CertificateBody['backups'] {
  const heldUntil =
    days === undefined ? null : new Date(Date.parse(completedAt) + days * DAY_MS).toISOString();
  const until =
    heldUntil === null
      ? 'Until when, its operator has not said here (BACKUP_RETENTION_DAYS); ask, and write the day beside this certificate.'
      : `By the operator's word none is kept after ${heldUntil.slice(0, 10)}.`;
  return {
    heldUntil,
    text: `This certificate is about the running deployment. Backups of its database and of its stored objects, replicas that are behind, and versions or snapshots that a storage service keeps by itself were not touched: those made before ${completedAt} still hold what was erased. ${until} Whoever restores one of them orders the same erasure again before the server is opened to anybody. Copies that others saved, and what browsers have shown, are outside of it too.`,
  };
}
