import type { KeyObject } from 'node:crypto';
import type { Receipt } from '../leases/receipts.ts';
import { withConnection } from '../platform/with-connection.ts';
import { deploymentOf } from '../restores/epoch-log.store.ts';
import { CheckpointsDamaged } from '../restores/recorded-lines.ts';
import { accepted, replay } from '../restores/replay.ts';
import { gapsOf } from '../restores/restored-database.ts';
import { survey, type Survey } from '../restores/survey.ts';
import {
  CHECKPOINTS_OPTION,
  checkpointLines,
  checkpointPlace,
  configuredPreviousKeys,
  PUBLIC_KEY_OPTION,
} from './checkpoint-files.ts';
import { auditPublicKey } from './audit-public-key.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { cannotRun, CommandFailure, EXIT } from './exit-codes.ts';
import { withDatabase, type OfflineDatabase } from './offline-database.ts';
import { unrecordedReceipts } from './onlooking-receipts.ts';
import { operatorName } from './operator.ts';
import { asJson, receiptFields } from './owner-actions.ts';
import { readSettings, type Settings } from './settings.ts';
import { fields } from './table.ts';

/** `countersign restore replay` */
export const restoreReplay = defineCommand({
  name: 'restore replay',
  says: 'End again what a restored database revived, from the checkpoints',
  details: `A server does this at its start from its own checkpoints. Call it for those of other servers, before any
server runs; once for each folder. It only ends things: keys, single URLs, URLs of paths. Killed or
repeated, it goes on where it was. The audit names you.`,
  options: {
    checkpoints: CHECKPOINTS_OPTION,
    'dry-run': { type: 'boolean', says: 'change nothing; exit code 1 when something is missing' },
    'public-key': PUBLIC_KEY_OPTION,
    'accept-unsigned': {
      type: 'boolean',
      says: 'believe lines of keys that nobody has any more: whoever wrote one ends what it names',
    },
    'accept-missing': {
      type: 'boolean',
      says: 'go on although changes are in no checkpoint: you revoke again by hand',
    },
    data: DATABASE_OPTIONS.data,
  },
  async run({ options, json, terminal }) {
    const settings = readSettings(options);
    const lines = await checkpointLines(options.checkpoints, settings);
    const place = checkpointPlace(options.checkpoints, settings);
    if (!lines) throw cannotRun(`There are no checkpoints at ${place}: name them with --checkpoints.`);
    const acceptsUnsigned = options['accept-unsigned'];
    const keys = await keysToTrust(options['public-key'], settings, acceptsUnsigned);
    return withDatabase(options, async (opened) => {
      const { holder } = opened.pools;
      const deployment = await withConnection(holder, DATABASE_MS, deploymentOf);
      const found = await survey(holder, lines, { keys, deployment, acceptsUnsigned }).catch(rethrowDamaged);
      const { missing, gaps } = found;
      if (options['dry-run']) {
        const epochs = missing.map(({ epoch }) => epoch);
        await terminal.write(json ? asJson({ missing: epochs, gaps }) : missingText(found));
        return missing.length + gaps.length > 0 ? EXIT.no : EXIT.done;
      }
      if (gaps.length > 0 && !options['accept-missing']) {
        throw new CommandFailure(
          EXIT.no,
          'checkpoints-incomplete',
          gapsOf('The database was set back', found),
        );
      }
      const what = gaps.length > 0 ? accepted(found, opened.tenantId) : found;
      const epochs = await replay(opened.pools.tenants, what, operatorName());
      const receipt = await settle(opened, epochs);
      await terminal.write(
        json
          ? asJson({ replayed: epochs, receipt: receipt ?? null })
          : receipt
            ? `${terminal.paint('green', `Replayed ${counted(epochs.length)}.`)} Servers that ran meanwhile have to be restarted.\n${fields(receiptFields(receipt))}`
            : 'Nothing to replay: the database has all that these checkpoints have.\n',
      );
      return EXIT.done;
    });
  },
});

/** @returns the receipt of the last; those before it are settled too. The checkpoints have what was replayed already */
async function settle({ pools }: OfflineDatabase, epochs: readonly number[]): Promise<Receipt | undefined> {
  const receipts = unrecordedReceipts(pools);
  let last: Receipt | undefined;
  for (const epoch of epochs) last = await receipts.settle(epoch);
  return last;
}

async function keysToTrust(
  file: string | undefined,
  settings: Settings,
  acceptsUnsigned: boolean,
): Promise<KeyObject[]> {
  const key = auditPublicKey(file, settings).catch((error: unknown) => {
    if (acceptsUnsigned && file === undefined) return [];
    throw error;
  });
  return [await key, configuredPreviousKeys()].flat();
}

function missingText({ missing, gaps }: Survey): string {
  if (missing.length + gaps.length === 0)
    return 'Nothing is missing: the database has all that these checkpoints have.\n';
  const lines = [
    ...missing.map(({ epoch, change, tenant }) => `epoch ${epoch} is missing: ${change} of tenant ${tenant}`),
    ...gaps.map(({ from, to }) => `epoch ${from} to ${to}: in none of these checkpoints`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const DATABASE_MS = 15_000;

const counted = (count: number): string => `${count} ${count === 1 ? 'change' : 'changes'}`;

function rethrowDamaged(error: unknown): never {
  if (error instanceof CheckpointsDamaged) throw cannotRun(`The checkpoints: ${error.message}.`, error);
  throw error;
}
