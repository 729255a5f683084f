import { setTimeout as sleep } from 'node:timers/promises';
import { erasePersonRows, eraseTakedowns } from '../audit/erase-person-rows.ts';
import type { Spool } from '../audit/spool.ts';
import { writeEvent } from '../audit/event.store.ts';
import { unknownOwner, type OwnerKeys } from '../keys/owner-keys.ts';
import { kidsOf } from '../keys/store.ts';
import { advanceEpoch, currentEpoch, forgetPaths, pathsOfOwner } from '../leases/epoch.store.ts';
import type { Receipt, Receipts } from '../leases/receipts.ts';
import { forgetDerived } from '../derivatives/store.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import { Problem } from '../platform/problem.ts';
import { actingAs, forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { discardedOf } from '../resources/change.store.ts';
import { callOffCopies } from '../resources/copy.store.ts';
import { countResources } from '../resources/store.ts';
import { removeOwned, somePaths } from '../resources/owned.store.ts';
import type { UploadEnds } from '../uploads/end-uploads.ts';
import { readChainHeads } from './chain-heads.ts';
import { forgetOwner, ownerHasResources } from './erase-person.ts';
import { ErasureFailure } from './erasure-failure.ts';
import { deletedItems, itemsToDelete, markDeleted, noteItems } from './erasure-items.store.ts';
import type { ErasureSecrets } from './erasure-secrets.ts';
import { count, countedRows, endStep, noteFacts, type Claim } from './erasure.store.ts';
import type { ErasureRow } from './erasure.ts';
import { deleteDerived, deleteObject, thoseThere } from './gone-objects.ts';
import type { LiveProbes, LiveUrl } from './live-probes.ts';

const MOST_PROBES = 10;
const ITEMS_AT_ONCE = 50;
const ROWS_AT_ONCE = 500;
/** Until a gateway has shipped the rows of what it refused. */
const OTHERS_SHIP_MS = 1_000;
const OWN_SHIPS_MS = 3_000;

/** What the steps of an erasure work with. */
export interface ErasureTools {
  db: TenantDatabase;
  blobs: BlobStore;
  ownerKeys: OwnerKeys;
  receipts: Receipts;
  probes: LiveProbes;
  uploadEnds: Pick<UploadEnds, 'forgetOwner'>;
  secrets: ErasureSecrets;
  spool: Pick<Spool, 'shipped'>;
  /** @returns a signed URL without its address: path and query below it @throws Problem when it cannot be signed */
  sign(tenantId: string, path: string): Promise<string>;
}

/** One erasure that is under way, for the worker that has claimed it. */
export interface Work {
  row: ErasureRow;
  ownerId: string;
  actor: string;
  claim: Claim;
  signal: AbortSignal;
}

/** Whether anything can be signed is found out by trying: a revoked owner has no URL that works. */
export async function probe({ db, probes, secrets, sign }: ErasureTools, work: Work): Promise<void> {
  const { row, ownerId, claim, signal } = work;
  const { tenantId } = row;
  const paths = await readForTenant(db, tenantId, (connection) =>
    somePaths(connection, { tenantId, ownerId }, MOST_PROBES),
  );
  const targets: string[] = [];
  for (const path of paths) {
    const target = await sign(tenantId, path).catch((error: unknown) => {
      if (error instanceof Problem && error.status < 500) return undefined;
      throw error;
    });
    if (target !== undefined) targets.push(target);
  }
  const urls = await probes.before(targets, signal);
  await forTenant(db, tenantId, async (connection) => {
    const before = row.facts.before ?? (await readChainHeads(connection));
    const found = {
      before: new Date().toISOString(),
      after: null,
      urls: urls.length,
      gateways: probes.gateways.map((address, index) => ({
        address,
        worked: urls.filter(({ workedAt }) => workedAt.includes(index)).length,
        refused: 0,
        unanswered: 0,
      })),
    };
    const sealed = secrets.seal(row.id, urls);
    await endStep(connection, claim, {
      ...{ from: 'probe', to: 'revoke', facts: { before, probes: found }, probes: sealed },
    });
  });
}

export async function revoke(
  { db, ownerKeys }: ErasureTools,
  { row, ownerId, actor, claim }: Work,
): Promise<void> {
  const { tenantId } = row;
  const receipt = await ownerKeys.revokeSignatureKey({ tenantId, ownerId, actor, reason: 'erasure' }).then(
    (revocation): Promise<Receipt | null> => revocation.receipt,
    (error: unknown) => {
      // Whom only the audit names has nothing to revoke.
      if (error instanceof Problem && error.code === unknownOwner('').code) return null;
      throw error;
    },
  );
  await forTenant(db, tenantId, async (connection) => {
    const keys = (await kidsOf(connection, tenantId, ownerId)).length;
    await endStep(connection, claim, { from: 'revoke', to: 'delete', facts: { receipt, keys } });
  });
}

/** One object that cannot be deleted keeps none of the others. */
export async function deleteObjects(tools: ErasureTools, work: Work): Promise<void> {
  const { db, blobs } = tools;
  const { row, ownerId, claim, signal } = work;
  const { tenantId, id } = row;
  // What is on its way has no object yet, and its form stays good for whoever has it.
  await tools.uploadEnds.forgetOwner(tenantId, ownerId);
  await forTenant(db, tenantId, (connection) => noteItems(connection, { tenantId, ownerId, erasureId: id }));
  let failed = await clearDiscarded(tools, work);
  let absent = row.facts.absent ?? 0;
  const begun = new Set(row.facts.deleting);
  let after = '';
  for (;;) {
    const items = await readForTenant(db, tenantId, (connection) =>
      itemsToDelete(connection, id, { after, limit: ITEMS_AT_ONCE }),
    );
    const last = items.at(-1);
    if (!last) break;
    after = last.resourceId;
    // A store that never had an object is no proof that it is gone: each server may have files of its own.
    const there = await thoseThere(blobs, items);
    const deleting = items.flatMap(({ resourceId }) =>
      there.has(resourceId) || begun.has(resourceId) ? [resourceId] : [],
    );
    await forTenant(db, tenantId, (connection) => noteFacts(connection, claim, { deleting }));
    const gone: { resourceId: string; derivatives: number }[] = [];
    const pictures: string[] = [];
    for (const { resourceId, objectKey } of items) {
      signal.throwIfAborted();
      const derived = objectKey === null ? [] : await deleteDerived(tools, tenantId, objectKey);
      const isGone = derived && (objectKey === null || (await deleteObject(blobs, objectKey)));
      if (isGone) {
        gone.push({ resourceId, derivatives: derived.length });
        pictures.push(...derived);
      } else failed += 1;
    }
    absent += gone.filter(({ resourceId }) => !deleting.includes(resourceId)).length;
    await forTenant(db, tenantId, async (connection) => {
      await forgetDerived(connection, pictures);
      await markDeleted(connection, id, gone);
      await noteFacts(connection, claim, { absent });
    });
  }
  if (failed > 0) throw new ErasureFailure('objects-left', `${failed} stored objects could not be deleted`);
  await forTenant(db, tenantId, (connection) => endStep(connection, claim, { from: 'delete', to: 'remove' }));
}

/**
 * What was overwritten or deleted before may be in the store yet, and nothing says whose it was: all of the tenant goes, copies
 * that are being made too.
 *
 * @returns how many could not be deleted
 */
async function clearDiscarded(tools: ErasureTools, { row, signal }: Work): Promise<number> {
  const { db, blobs, receipts } = tools;
  const { tenantId } = row;
  const keys = await forTenant(db, tenantId, async (connection) => {
    await callOffCopies(connection, tenantId);
    return discardedOf(connection, tenantId);
  });
  if (keys.length === 0) return 0;
  // Whoever has not heard yet that they are gone would fail instead of refuse.
  await receipts.settle(await readForTenant(db, tenantId, currentEpoch));
  let failed = 0;
  for (const key of keys) {
    signal.throwIfAborted();
    const derived = await deleteDerived(tools, tenantId, key);
    if (!derived || !(await deleteObject(blobs, key))) failed += 1;
    else await forTenant(db, tenantId, (connection) => forgetDerived(connection, derived));
  }
  return failed;
}

export async function removeRows({ db, receipts }: ErasureTools, work: Work): Promise<void> {
  const { row, ownerId, actor, claim, signal } = work;
  const { tenantId, id } = row;
  const owner = { tenantId, ownerId };
  const epochs = [...row.epochs];
  let after = '';
  for (;;) {
    signal.throwIfAborted();
    const ids = await readForTenant(db, tenantId, (connection) =>
      deletedItems(connection, id, { after, limit: ROWS_AT_ONCE }),
    );
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    const epoch = await forTenant(db, tenantId, async (connection) => {
      const { paths, bytes } = await removeOwned(connection, owner, ids);
      if (paths.length === 0) return undefined;
      await count(connection, claim, { resourceRows: paths.length });
      await writeEvent(connection, {
        ...{ event: 'resources-erased', tenantId, actor, owner: ownerId, resourceId: id },
        ...{ reason: `resources=${paths.length}`, bytes },
      });
      // What comes after it holds up other changes, so it is one short statement: who is killed here must find the epoch.
      const advanced = await advanceEpoch(connection, { tenantId, change: 'path-deleted', ownerId, paths });
      await count(connection, claim, { epoch: advanced });
      return advanced;
    });
    if (epoch !== undefined) epochs.push(epoch);
  }
  for (const epoch of epochs) await receipts.settle(epoch);
  // While it is known which paths were theirs: a takedown may have named one of them.
  const paths = await forTenant(db, tenantId, (connection) =>
    actingAs(connection, 'eraser', () => pathsOfOwner(connection, owner, epochs)),
  );
  await eraseTakedowns(db, { tenantId, paths }, (connection, auditRows) =>
    count(connection, claim, { auditRows }),
  );
  await forTenant(db, tenantId, async (connection) => {
    // Something was given to them meanwhile: it goes too.
    const isEmpty = (await countResources(connection, tenantId, ownerId)) === 0;
    await endStep(connection, claim, { from: 'remove', to: isEmpty ? 'recheck' : 'delete' });
    await actingAs(connection, 'eraser', () => forgetPaths(connection, owner, epochs));
  });
}

export async function recheck({ db, probes, secrets }: ErasureTools, work: Work): Promise<void> {
  const { row, claim, signal } = work;
  const {
    before,
    urls,
    gateways: asked,
  } = row.facts.probes ?? {
    ...{ before: row.orderedAt.toISOString(), urls: 0, gateways: [] },
  };
  const live = row.probes ? (secrets.open(row.id, row.probes) as LiveUrl[] | undefined) : [];
  // Whose secret is gone is not asked for ever: the certificate says that nothing was heard.
  const answers = live
    ? await probes.after(live, signal)
    : asked.map((gateway) => ({ ...gateway, unanswered: gateway.worked, delivered: 0 }));
  const served = answers.filter(({ delivered }) => delivered > 0).map(({ address }) => address);
  if (served.length > 0) {
    throw new ErasureFailure('still-served', `${served.join(', ')} still delivers what was deleted`);
  }
  const gateways = answers.map(({ address, worked, refused, unanswered }) => ({
    ...{ address, worked, refused, unanswered },
  }));
  const found = { before, after: new Date().toISOString(), urls, gateways };
  await forTenant(db, row.tenantId, (connection) =>
    endStep(connection, claim, { from: 'recheck', to: 'erase', facts: { probes: found } }),
  );
}

export async function erase(tools: ErasureTools, work: Work): Promise<void> {
  const { db, spool, probes } = tools;
  const { row, ownerId, actor, claim } = work;
  const { tenantId } = row;
  // What was refused a moment ago is recorded under the name.
  await Promise.race([spool.shipped(), sleep(OWN_SHIPS_MS, undefined, { ref: false })]);
  if (probes.gateways.length > 1) await sleep(OTHERS_SHIP_MS);
  await sweep(tools, work);
  const rows = await readForTenant(db, tenantId, (connection) => countedRows(connection, claim));
  const forgotten = forgetOwner(
    db,
    { tenantId, ownerId, actor },
    { erasureId: row.id, rows },
    (connection, memberships) =>
      endStep(connection, claim, { from: 'erase', to: 'certify', facts: { memberships } }),
  );
  await forgotten.catch(async (error: unknown) => {
    if (!(error instanceof Problem) || error.code !== ownerHasResources(0).code) throw error;
    // Something was given to them in the last moment: it goes too.
    await forTenant(db, tenantId, (connection) =>
      endStep(connection, claim, { from: 'erase', to: 'delete' }),
    );
  });
}

/** Rows of the audit, counted in the transactions that emptied them. */
export async function sweep({ db }: Pick<ErasureTools, 'db'>, { row, ownerId, claim }: Work): Promise<void> {
  await erasePersonRows(
    db,
    { tenantId: row.tenantId, id: ownerId },
    () => undefined,
    (connection, auditRows) => count(connection, claim, { auditRows }),
  );
}
