import { KeyRotation } from '../keys/key-rotation.ts';
import { OwnerKeys } from '../keys/owner-keys.ts';
import { previewOwner } from '../keys/owner-preview.ts';
import type { Receipt } from '../leases/receipts.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { awaitedReceipt } from './awaited-receipt.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { receiptsOf, unrecordedReceipts } from './onlooking-receipts.ts';
import { operatorName } from './operator.ts';
import { fields } from './table.ts';
import type { Terminal } from './terminal.ts';

const ID = { name: 'ID', says: 'the owner, as in GET /api/owners' };
const REASON = { type: 'string', value: 'TEXT', says: 'why, for the audit' } as const;

/** `countersign owner revoke` */
export const ownerRevoke = defineCommand({
  name: 'owner revoke',
  says: 'Kill every URL to everything an owner has, by destroying their keys',
  details: `Waits until no server can serve without knowing of it, and shows the receipt. It holds for ever: owner
reinstate makes a new key, and URLs signed before stay dead. Repeating it gives the same epoch. The
audit names you. Servers need not run, and this command is none: nobody ever waits for it. It writes the
change to AUDIT_CHECKPOINTS, with AUDIT_SIGNING_KEY, or waits for a server that does: no receipt before.`,
  argument: ID,
  options: {
    'dry-run': { type: 'boolean', says: 'only count what would end' },
    reason: REASON,
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal, onInterrupt }) =>
    withDatabase(options, async (opened) => {
      const { pools, tenantId } = opened;
      if (options['dry-run']) {
        const preview = await previewOwner(pools.tenants, tenantId, argument);
        await terminal.write(
          json
            ? asJson({ owner: argument, tenant: tenantId, ...preview })
            : `Revoking ${argument} would end ${preview.urls} live URLs; ${preview.resources} resources could not be signed any more.\n`,
        );
        return EXIT.done;
      }
      const action = { tenantId, ownerId: argument, actor: operatorName(), reason: options.reason };
      const revocation = await new OwnerKeys(pools.tenants, receiptsOf(opened))
        .revokeSignatureKey(action)
        .catch(rethrowUnanswered);
      const settled = await awaitedReceipt(revocation, { terminal, json, onInterrupt });
      await terminal.write(
        json
          ? asJson({ owner: argument, tenant: tenantId, receipt: settled })
          : toText(argument, settled, terminal),
      );
      return EXIT.done;
    }),
});

/** `countersign owner reinstate` */
export const ownerReinstate = defineCommand({
  name: 'owner reinstate',
  says: 'Give a revoked owner a new key; URLs signed before stay dead',
  argument: ID,
  options: { reason: REASON, ...DATABASE_OPTIONS },
  run: ({ argument, options, json, terminal }) =>
    withDatabase(options, async ({ pools, tenantId }) => {
      const action = { tenantId, ownerId: argument, actor: operatorName(), reason: options.reason };
      const { generation, epoch } = await new OwnerKeys(pools.tenants, unrecordedReceipts(pools))
        .reinstate(action)
        .catch(rethrowUnanswered);
      await terminal.write(
        json
          ? asJson({ owner: argument, tenant: tenantId, generation, epoch })
          : `${terminal.paint('green', `Reinstated ${argument}`)} with key generation ${generation} (epoch ${epoch}). URLs signed before stay dead.\n`,
      );
      return EXIT.done;
    }),
});

/** `countersign owner rotate` */
export const ownerRotate = defineCommand({
  name: 'owner rotate',
  says: "Renew an owner's key; URLs signed before go on working until they expire",
  details: `Servers sign with the new key within a lease. The old one is destroyed when its last URL has expired,
7 days later at the latest. To end URLs now, use owner revoke.`,
  argument: ID,
  options: { reason: REASON, ...DATABASE_OPTIONS },
  run: ({ argument, options, json, terminal }) =>
    withDatabase(options, async ({ pools, tenantId }) => {
      const action = { tenantId, ownerId: argument, actor: operatorName(), reason: options.reason };
      const rotation = await new KeyRotation(pools.tenants, unrecordedReceipts(pools))
        .rotate(action)
        .catch(rethrowUnanswered);
      const { generation, epoch, oldKeyEndsAt } = rotation;
      const old = oldKeyEndsAt
        ? `URLs signed before work until they expire; their key ends by ${oldKeyEndsAt.toISOString()}.`
        : 'There was no key before.';
      await terminal.write(
        json
          ? asJson({ owner: argument, tenant: tenantId, ...rotation })
          : `${terminal.paint('green', `Rotated ${argument}`)} to key generation ${generation} (epoch ${epoch}). ${old}\n`,
      );
      return EXIT.done;
    }),
});

/** Indented, since a person may look at it too. */
export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What a receipt says, a field in each line. */
export function receiptFields(receipt: Receipt): (readonly [string, string])[] {
  const { epoch, effectiveAt, acknowledged, lapsed, notCovered, waitedMs, mode } = receipt;
  const names = (holders: readonly string[]): string => holders.join(', ') || 'none';
  return [
    ['epoch', String(epoch)],
    ['effective at', effectiveAt],
    ['acknowledged', names(acknowledged)],
    ['lapsed', names(lapsed)],
    ['not covered', names(notCovered)],
    ['waited', `${waitedMs} ms (${mode})`],
  ];
}

function toText(owner: string, receipt: Receipt, terminal: Terminal): string {
  return `${terminal.paint('green', `Revoked ${owner}.`)} A request that reaches any server from now on is refused.\n${fields(receiptFields(receipt))}`;
}

/** Every command may be repeated: a revocation is there once, and one rotation more does no harm. */
export function rethrowUnanswered(error: unknown): never {
  if (!(error instanceof CommitUnanswered)) throw error;
  throw new CommandFailure(
    EXIT.cannotRun,
    'commit-unanswered',
    'The database did not answer the commit, so nobody knows whether it is done: look at owner status, and run the command again.',
    { cause: error },
  );
}
