import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { unknownDeparture, type Departure } from '../offboarding/departure.ts';
import { departureFields } from '../offboarding/departure-fields.ts';
import { findDeparture, listDepartures } from '../offboarding/departure.store.ts';
import { leaversOf, toOrder } from '../offboarding/leavers-csv.ts';
import { planDeparture, refusalOf, undoDeparture, type Asking } from '../offboarding/plan-departure.ts';
import { Problem } from '../platform/problem.ts';
import { readForTenant } from '../platform/tenant-database.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { cannotRun, CommandFailure, EXIT, usage } from './exit-codes.ts';
import { withDatabase, type OfflineDatabase } from './offline-database.ts';
import { operatorName } from './operator.ts';
import { asJson, rethrowUnanswered } from './owner-actions.ts';
import { fields, table } from './table.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 100;
/** Servers look every 2 seconds, and wait 5 for the receipt; a leaver's documents may take longer. */
const PATIENCE_MS = 30_000;
const MOST_SHOWN = 1000;
const LARGEST_LIST = 1024 * 1024;

const askingIn = ({ tenantId }: OfflineDatabase): Asking => ({
  tenantId,
  actor: operatorName(),
  mayTransfer: true,
});

/** `countersign departure plan` */
export const departurePlan = defineCommand({
  name: 'departure plan',
  says: 'Revoke an owner at a time, or now, after what stays was given away',
  details: `Writes it down; a running server carries it out. One whose time has come is waited for. The same again is the
same departure. Until it takes effect departure cancel undoes it.`,
  argument: { name: 'OWNER', says: 'who leaves, as in GET /api/owners' },
  options: {
    at: {
      type: 'string',
      value: 'TIME',
      says: 'date and time with its offset (default now), e.g. 2030-12-31T18:00:00+01:00',
    },
    'transfer-to': { type: 'string', value: 'ID', says: 'owner who gets the documents first' },
    'transfer-prefix': { type: 'string', value: 'PATH', says: 'only paths that begin with this' },
    reason: { type: 'string', value: 'TEXT', says: 'why, for the audit' },
    'dry-run': { type: 'boolean', says: 'only say whether it could be planned' },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal, onInterrupt }) => {
    const { at, reason, 'transfer-to': to, 'transfer-prefix': prefix, 'dry-run': dryRun } = options;
    if (prefix !== undefined && to === undefined)
      throw usage('departure plan: --transfer-prefix needs --transfer-to.');
    const parsed = departureFields.safeParse({
      owner: argument,
      ...(at === undefined ? {} : { at }),
      ...(reason === undefined ? {} : { reason }),
      ...(to === undefined ? {} : { transfer: { to, ...(prefix === undefined ? {} : { prefix }) } }),
    });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw usage(`departure plan: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
    }
    return withDatabase(options, async (opened) => {
      const asking = askingIn(opened);
      const planned = await planDeparture(opened.pools.tenants, toOrder(parsed.data), asking, {
        dryRun,
      }).catch(rethrowUnanswered);
      if (!planned) {
        await terminal.write(
          json
            ? asJson({ dryRun: true, owner: argument, tenant: asking.tenantId })
            : `It could be planned: ${printable(argument)} is known, and does not leave yet.\n`,
        );
        return EXIT.done;
      }
      const outstanding = `Departure ${planned.id} is written down, and will be carried out by whatever server runs. Look with departure list.`;
      const forget = onInterrupt(() => terminal.say(outstanding));
      const found = await whenCarriedOut(opened, planned);
      forget();
      if (isOutstanding(found)) throw outstandingFailure(found, outstanding);
      await terminal.write(json ? asJson({ tenant: asking.tenantId, ...found }) : toText(found, terminal));
      return EXIT.done;
    });
  },
});

/** `countersign departure import` */
export const departureImport = defineCommand({
  name: 'departure import',
  says: 'Plan departures from a CSV list, one a line',
  details: `The first line names the columns: owner, and any of at, transferTo, transferPrefix, reason. Each line
stands by itself. Exit code 1 when one is refused. Look with --dry-run first.`,
  argument: { name: 'FILE', says: 'the list; - reads it from stdin' },
  options: {
    'dry-run': { type: 'boolean', says: 'only say what each line would come to' },
    ...DATABASE_OPTIONS,
  },
  run: async ({ argument, options, json, terminal }) => {
    const lines = leaversOf(await listFrom(argument));
    const dryRun = options['dry-run'];
    return withDatabase(options, async (opened) => {
      const asking = askingIn(opened);
      const results = [];
      for (const { line, owner, order } of lines) {
        const outcome =
          order instanceof Problem
            ? order
            : await planDeparture(opened.pools.tenants, order, asking, { dryRun }).catch(refusalOf);
        results.push({ line, owner, ...outcomeOf(outcome) });
      }
      const refused = results.filter(({ error }) => error !== undefined).length;
      const planned = results.length - refused;
      const head = dryRun
        ? `${planned} could be planned, ${refused} would be refused.`
        : `${planned} planned, ${refused} refused. Servers carry out what is due.`;
      const rows = results.map(({ line, owner, departure, error }) => [
        ...[String(line), owner, error ? `refused: ${error.code}` : (departure?.status ?? 'possible')],
        error?.detail ?? departure?.at.toISOString() ?? '',
      ]);
      await terminal.write(
        json
          ? asJson({ tenant: asking.tenantId, dryRun, planned, refused, results })
          : `${head}\n\n${table(['line', 'owner', 'departure', 'at'], rows, terminal)}`,
      );
      return refused > 0 ? EXIT.no : EXIT.done;
    });
  },
});

/** `countersign departure list` */
export const departureList = defineCommand({
  name: 'departure list',
  says: 'List departures by their time, the earliest first',
  options: {
    status: {
      type: 'string',
      value: 'STATUS',
      choices: ['scheduled', 'taking-effect', 'effective', 'undone'],
      says: 'only those',
    },
    ...DATABASE_OPTIONS,
  },
  run: ({ options, json, terminal }) =>
    withDatabase(options, async ({ pools, tenantId }) => {
      const status = options.status as Departure['status'] | undefined;
      const found = await readForTenant(pools.tenants, tenantId, (connection) =>
        listDepartures(connection, { tenantId, status, limit: MOST_SHOWN + 1 }),
      );
      const items = found.slice(0, MOST_SHOWN);
      const isWhole = found.length <= MOST_SHOWN;
      await terminal.write(
        json ? asJson({ tenant: tenantId, items, isWhole }) : toTable(items, isWhole, terminal),
      );
      return EXIT.done;
    }),
});

/** `countersign departure cancel` */
export const departureCancel = defineCommand({
  name: 'departure cancel',
  says: 'Undo a departure that has not taken effect',
  argument: { name: 'ID', says: 'the departure, as in departure list' },
  options: DATABASE_OPTIONS,
  run: ({ argument, options, json, terminal }) =>
    withDatabase(options, async (opened) => {
      const undone = await undoDeparture(opened.pools.tenants, argument, askingIn(opened)).catch(
        rethrowUnanswered,
      );
      await terminal.write(
        json
          ? asJson({ tenant: opened.tenantId, ...undone })
          : `${terminal.paint('green', 'Undone.')} ${printable(undone.owner)} stays.\n`,
      );
      return EXIT.done;
    }),
});

/** @returns the departure when it is carried out, or none of the servers has moved it for long; at once when it is for later */
async function whenCarriedOut({ pools, tenantId }: OfflineDatabase, planned: Departure): Promise<Departure> {
  let found = planned;
  for (let waited = 0; waited < PATIENCE_MS && isOutstanding(found); waited += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    const now = await readForTenant(pools.tenants, tenantId, (connection) =>
      findDeparture(connection, tenantId, planned.id),
    );
    if (!now) throw unknownDeparture(planned.id);
    found = now;
  }
  return found;
}

const isOutstanding = ({ status, at }: Departure): boolean =>
  status === 'taking-effect' || (status === 'scheduled' && at.getTime() <= Date.now());

const outstandingFailure = ({ status, epoch }: Departure, outstanding: string): CommandFailure =>
  status === 'taking-effect'
    ? new CommandFailure(
        EXIT.no,
        'receipt-outstanding',
        `The owner is revoked as epoch ${epoch}, and that holds. The receipt is outstanding: run the command again for it.`,
      )
    : new CommandFailure(EXIT.no, 'departure-outstanding', outstanding);

async function listFrom(file: string): Promise<string> {
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: Error) => {
    throw cannotRun(`departure import: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  });
  if (bytes.length > LARGEST_LIST) throw usage('departure import: the list is larger than 1 MB.');
  return bytes.toString('utf8');
}

function outcomeOf(outcome: Departure | Problem | undefined): {
  departure?: Departure;
  error?: { code: string; detail?: string };
} {
  if (outcome === undefined) return {};
  if (!(outcome instanceof Problem)) return { departure: outcome };
  const { code, detail } = outcome;
  return { error: { code, ...(detail === undefined ? {} : { detail }) } };
}

function toText(departure: Departure, terminal: Terminal): string {
  const { id, owner, at, transfer, status, transferred, notTransferred, memberships, epoch } = departure;
  const head = status === 'effective' ? `${owner} has left.` : `${owner} leaves at ${at.toISOString()}.`;
  return `${terminal.paint('green', printable(head))}\n${fields([
    ['departure', id],
    ...(transfer ? [['documents to', transfer.to] as const] : []),
    ...(status === 'effective'
      ? [
          ['epoch', String(epoch)] as const,
          ['transferred', `${transferred}, ${notTransferred} could not be`] as const,
          ['memberships', `${memberships} ended`] as const,
        ]
      : []),
  ])}`;
}

function toTable(items: readonly Departure[], isWhole: boolean, terminal: Terminal): string {
  if (items.length === 0) return 'Nobody leaves.\n';
  const rows = items.map(({ id, owner, at, status, transfer, transferred, notTransferred, epoch }) => [
    ...[owner, status, at.toISOString(), id, transfer?.to ?? ''],
    ...[`${transferred}/${transferred + notTransferred}`, epoch === null ? '' : String(epoch)],
  ]);
  const more = isWhole ? '' : `... and more: --status shows fewer\n`;
  return table(['owner', 'departure', 'at', 'id', 'documents to', 'given', 'epoch'], rows, terminal) + more;
}
