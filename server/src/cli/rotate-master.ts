import type { DatabasePools } from '../database-pools.ts';
import { KeyRetirement, type Retired } from '../keys/key-retirement.ts';
import { MasterRotation, type Candidate } from '../keys/master-rotation.ts';
import type { Receipt } from '../leases/receipts.ts';
import { systemClock } from '../platform/clock.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { receiptsOf } from './onlooking-receipts.ts';
import { operatorName } from './operator.ts';
import { asJson, receiptFields, rethrowUnanswered } from './owner-actions.ts';
import { fields } from './table.ts';
import type { Terminal } from './terminal.ts';

/** `countersign keys rotate-master` */
export const rotateMaster = defineCommand({
  name: 'keys rotate-master',
  says: 'Make all keys anew with the new master secret; old URLs go on working',
  details: `First give every server the new secret in MASTER_SECRET and the one before in MASTER_SECRET_PREVIOUS, and
restart them one after the other. Then run this, once, on one machine: it needs the database and no secret.
It works in batches, may be interrupted, and goes on where it was when it is run again. Keys of the old
secret end with their last URL, 7 days later at the latest; with --end-old-urls they end now.`,
  options: {
    anyway: { type: 'boolean', says: 'go on although servers lack the new secret, or none runs' },
    'end-old-urls': {
      type: 'boolean',
      says: 'kill every URL of the old secret now, for one that has leaked',
    },
    data: DATABASE_OPTIONS.data,
  },
  run: ({ options, json, terminal, onInterrupt }) =>
    withDatabase(options, async (opened) => {
      const { pools, log } = opened;
      const receipts = receiptsOf(opened);
      const rotation = new MasterRotation({ ...pools, receipts, log });
      const actor = operatorName();
      const before = (await rotation.current()).version;
      const version = chosen(await rotation.candidate(), options.anyway);
      if (version !== undefined) await rotation.begin(version, actor).catch(rethrowUnanswered);
      const forget = onInterrupt(() => terminal.say('Not every key is renewed yet: run the command again.'));
      const onBatch = (renewed: number): void => {
        if (terminal.isWatched && !json) terminal.say(`${renewed} keys renewed ...`);
      };
      const { renewed, settled } = await rotation.renewKeys(actor, { onBatch }).catch(rethrowUnanswered);
      const current = (await rotation.current()).version;
      if (version === undefined && renewed === 0 && !options['end-old-urls']) throw nothing(current);
      const receipt = await settled();
      const ended = options['end-old-urls'] ? await endOld(pools, receipts, actor) : undefined;
      forget();
      const result = { version: current, before, renewed, receipt: receipt ?? null };
      await terminal.write(
        json
          ? asJson({ ...result, ...(ended ? { ended: { ...ended, receipt: ended.receipt ?? null } } : {}) })
          : toText(result, ended, terminal),
      );
      return EXIT.done;
    }),
});

function endOld(
  { holder, tenants }: DatabasePools,
  receipts: ReturnType<typeof receiptsOf>,
  actor: string,
): Promise<Retired> {
  const log = { info: () => undefined };
  return new KeyRetirement({ holder, tenants, receipts, clock: systemClock, log }).endOldMasters(actor);
}

/** @returns undefined: nothing is announced, and a rotation that was begun is to be finished */
function chosen({ version, having, lacking }: Candidate, anyway: boolean): number | undefined {
  if (version === undefined || anyway) return version;
  // A secret that no server has may be a slip of the hand.
  if (having.length === 0) return undefined;
  if (lacking.length === 0) return version;
  throw new CommandFailure(
    EXIT.no,
    'secret-missing',
    `${lacking.join(', ')}: there MASTER_SECRET is not the new secret (master version ${version}), so URLs of new keys would be refused. Set it there, restart, and run this again; --anyway goes on without servers that do not run any more.`,
  );
}

const nothing = (current: number): CommandFailure =>
  new CommandFailure(
    EXIT.no,
    'nothing-to-rotate',
    `Every key is of master version ${current}, and no running server has a newer secret: set MASTER_SECRET to a new one and MASTER_SECRET_PREVIOUS to the one before at every server, and restart them.`,
  );

function toText(
  {
    version,
    before,
    renewed,
    receipt,
  }: { version: number; before: number; renewed: number; receipt: Receipt | null },
  ended: Retired | undefined,
  terminal: Terminal,
): string {
  const head = terminal.paint('green', `Master version ${version} makes all keys`);
  const from = before === version ? '' : `, after version ${before}`;
  const lines = [`${head}${from}. ${renewed} keys were renewed; URLs signed before ${fate(ended)}.\n`];
  const last = ended?.receipt ?? receipt;
  if (last) lines.push(fields(receiptFields(last)));
  return lines.join('');
}

const fate = (ended: Retired | undefined): string =>
  ended ? `are dead (${ended.keys} keys destroyed)` : 'work until they expire';
