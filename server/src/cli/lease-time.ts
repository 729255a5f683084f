import { writeEvent } from '../audit/event.store.ts';
import { underPolicies } from '../audit/retention.store.ts';
import { leaseTime, setLeaseTime, type LeaseTime } from '../leases/lease-time.store.ts';
import { transaction } from '../platform/database.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT, usage } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { unrecordedReceipts } from './onlooking-receipts.ts';
import { operatorName } from './operator.ts';
import { asJson } from './owner-actions.ts';
import { fields } from './table.ts';

const OPTIONS = { data: DATABASE_OPTIONS.data } as const;
const SHORTEST_MS = 1000;
const LONGEST_MS = 60_000;

/** `countersign lease show` */
export const leaseShow = defineCommand({
  name: 'lease show',
  says: 'Show for how long servers may serve without hearing from the database',
  options: OPTIONS,
  run: ({ options, json, terminal }) =>
    withDatabase(options, async ({ pools }) => {
      const time = await leaseTime(pools.holder);
      await terminal.write(json ? asJson(time) : toText(time));
      return EXIT.done;
    }),
});

/** `countersign lease set` */
export const leaseSet = defineCommand({
  name: 'lease set',
  says: 'Change that time for every server of this database, while they run',
  details: `MS is the lease in milliseconds, 1000 to 60000: the bound of every revocation, and the longest outage of the
database that delivery survives. Servers take it over by themselves. A shorter one counts for receipts
when the longer one is over, which this command waits for. Only the owner of the tables may do it.`,
  argument: { name: 'MS', says: 'milliseconds, 1000 to 60000' },
  options: OPTIONS,
  run: ({ argument, options, json, terminal, onInterrupt }) => {
    const milliseconds = wholeNumber(argument);
    return withDatabase(options, async ({ pools }) => {
      const set = await transaction(pools.owner, async (connection) => {
        await underPolicies(connection, () =>
          writeEvent(connection, {
            event: 'lease-time-set',
            actor: operatorName(),
            reason: `lease_ms=${milliseconds}`,
          }),
        );
        return setLeaseTime(connection, milliseconds);
      }).catch(rethrowNotOwner);
      const outstanding = `The lease is ${milliseconds} ms. Receipts wait for the longer one until a server or this command has seen it end.`;
      const forget = onInterrupt(() => terminal.say(outstanding));
      if (set.longestLeaseMs > set.leaseMs && terminal.isWatched && !json) {
        terminal.say(`Set. Waiting until no lease of ${set.longestLeaseMs} ms is left ...`);
      }
      await unrecordedReceipts(pools)
        .settleLease()
        .catch((cause: unknown) => {
          throw new CommandFailure(EXIT.no, 'receipt-outstanding', outstanding, { cause });
        });
      forget();
      const time = await leaseTime(pools.holder);
      await terminal.write(json ? asJson(time) : toText(time));
      return EXIT.done;
    });
  },
});

/** SQLSTATE insufficient_privilege. */
function rethrowNotOwner(error: unknown): never {
  if ((error as { code?: unknown }).code !== '42501') throw error;
  throw new CommandFailure(
    EXIT.cannotRun,
    'not-owner',
    'Only the owner of the tables may set the lease: let DATABASE_MIGRATION_URL name that login.',
    { cause: error },
  );
}

function wholeNumber(text: string): number {
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (milliseconds >= SHORTEST_MS && milliseconds <= LONGEST_MS) return milliseconds;
  throw usage(`lease set: MS must be a whole number from ${SHORTEST_MS} to ${LONGEST_MS}, e.g. 2000.`);
}

const toText = ({ leaseMs, longestLeaseMs, epoch }: LeaseTime): string =>
  fields([
    ['lease', `${leaseMs} ms`],
    [
      'receipts wait for',
      `${longestLeaseMs} ms${longestLeaseMs > leaseMs ? ' (the lease was lowered)' : ''}`,
    ],
    ['epoch', String(epoch)],
  ]);
