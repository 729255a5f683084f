import { endOf } from '../keys/key-rotation.ts';
import { findOwnerStatus, type GenerationStatus, type OwnerStatus } from '../keys/owner-status.store.ts';
import { unknownOwner } from '../keys/owner-keys.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { EXIT } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { asJson, receiptFields } from './owner-actions.ts';
import { fields, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** `countersign owner status` */
export const ownerStatus = defineCommand({
  name: 'owner status',
  says: 'Show the keys of an owner, what they own, and their last revocation',
  argument: { name: 'ID', says: 'the owner, as in GET /api/owners' },
  options: DATABASE_OPTIONS,
  run: ({ argument, options, json, terminal }) =>
    withDatabase(options, async ({ pools, tenantId }) => {
      const status = await findOwnerStatus(pools.tenants, tenantId, argument);
      if (!status) throw unknownOwner(argument);
      await terminal.write(json ? asJson({ tenant: tenantId, ...status }) : toText(status, terminal));
      return EXIT.done;
    }),
});

function toText(status: OwnerStatus, terminal: Terminal): string {
  const { id, name, keys, resources, bytes, lastRevocation } = status;
  const state = terminal.paint(status.status === 'active' ? 'green' : 'red', status.status);
  const head = `${terminal.paint('bold', printable(id))} (${printable(name)}) is ${state} and owns ${resources} resources, ${bytes} bytes.\n`;
  const generations = keys.map((key) => [
    String(key.generation),
    key.state,
    String(key.masterVersion),
    key.kid,
    key.createdAt.toISOString(),
    endsOf(key),
  ]);
  return [
    head,
    `\n${table(['generation', 'key', 'master', 'kid', 'created', 'ended'], generations, terminal)}`,
    lastRevocation ? `\n${toRevocation(lastRevocation)}` : '\nNever revoked.\n',
  ].join('');
}

function endsOf({ state, retiredAt, revokedAt }: GenerationStatus): string {
  if (revokedAt) return revokedAt.toISOString();
  return state === 'retiring' && retiredAt ? `by ${endOf(retiredAt).toISOString()}` : '';
}

function toRevocation(last: NonNullable<OwnerStatus['lastRevocation']>): string {
  const { epoch, committedAt, receipt } = last;
  const head = `Last revocation, committed ${committedAt.toISOString()}:\n`;
  if (receipt) return head + fields(receiptFields(receipt));
  return `${head}${fields([['epoch', String(epoch)]])}  Its receipt is outstanding: run owner revoke again, which gives the same epoch.\n`;
}
