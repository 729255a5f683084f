import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { orderErasure, planErasure, type ErasurePlan } from '../offboarding/erasure-order.ts';
import { ErasureSecrets } from '../offboarding/erasure-secrets.ts';
import { findErasure } from '../offboarding/erasure.store.ts';
import type { ErasureRow } from '../offboarding/erasure.ts';
import { generatedSecret } from '../platform/generated-secrets.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { cannotRun, CommandFailure, EXIT, usage } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { operatorName } from './operator.ts';
import { asJson } from './owner-actions.ts';
import { readSettings } from './settings.ts';
import { fields, table } from './table.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 200;

/** `countersign owner erase` */
export const ownerErase = defineCommand({
  name: 'owner erase',
  says: 'Erase a person and everything they own, for ever, with a certificate',
  details: `Orders it; a running server does it, since it has the files and the keys. Waits for the certificate and
writes it. Ctrl-C ends the waiting only: what is ordered is carried out, by the next server that starts
if none runs. Repeating it gives the same certificate. Look with --dry-run first.`,
  argument: { name: 'ID', says: 'the owner, as in GET /api/owners' },
  options: {
    'dry-run': { type: 'boolean', says: 'only show what would go' },
    yes: { type: 'boolean', says: 'do it: there is no way back' },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal, onInterrupt }) =>
    withDatabase(options, async ({ pools, tenantId }) => {
      const order = { tenantId, ownerId: argument, actor: operatorName() };
      if (options['dry-run']) {
        const plan = await planErasure(pools.tenants, order);
        await terminal.write(
          json
            ? asJson({ dryRun: true, owner: argument, tenant: tenantId, ...plan })
            : toPlan(argument, plan, terminal),
        );
        return EXIT.done;
      }
      if (!options.yes) {
        throw usage('There is no way back from an erasure: look with --dry-run, then add --yes.');
      }
      const secrets = new ErasureSecrets(await masterSecret(options));
      const { id } = await orderErasure(pools.tenants, order, secrets);
      const outstanding = `Erasure ${id} is ordered and will be carried out by whatever server runs. Run the command again for its certificate.`;
      if (terminal.isWatched && !json) terminal.say(`Ordered as erasure ${id}. Waiting for a server ...`);
      const forget = onInterrupt(() => terminal.say(outstanding));
      const row = await whenDone(() => findErasure(pools.tenants, tenantId, id));
      forget();
      if (row.certificate === null) {
        const why = row.failure ?? `it is at the step ${row.step}`;
        throw new CommandFailure(EXIT.no, 'erasure-outstanding', `${outstanding} (${why})`);
      }
      await terminal.write(json ? `${row.certificate}\n` : toText(row, terminal));
      return EXIT.done;
    }),
});

/** @returns the erasure when it is done or has failed, or has not moved for as long as a server takes to notice it */
async function whenDone(find: () => Promise<ErasureRow | undefined>): Promise<ErasureRow> {
  let step = '';
  let patience = 0;
  for (;;) {
    const row = await find();
    if (!row) throw cannotRun('The erasure that was just ordered is not there: was the database restored?');
    patience = row.step === step ? patience - LOOK_EVERY_MS : PATIENCE_MS;
    step = row.step;
    if (row.step === 'done' || row.failure !== null || patience <= 0) return row;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Servers look every 5 seconds; a step of theirs may take much longer. */
const PATIENCE_MS = 30_000;

/** By it the certificate of an earlier erasure is found, which names nobody. */
async function masterSecret(options: { data?: string | undefined }): Promise<string> {
  const given = process.env['MASTER_SECRET'];
  if (given) return given;
  const { DATABASE_URL, DATA_DIR } = readSettings(options);
  if (!DATABASE_URL && existsSync(join(DATA_DIR, 'secrets', 'master')))
    return generatedSecret(DATA_DIR, 'master');
  throw cannotRun('MASTER_SECRET must be set: by it a certificate is found, which names nobody.');
}

function toPlan(
  owner: string,
  { resources, bytes, forOthers, items }: ErasurePlan,
  terminal: Terminal,
): string {
  const head = `Erasing ${printable(owner)} would delete ${resources} resources, ${bytes} bytes.\n`;
  const warning =
    forOthers > 0
      ? `${forOthers} of them do not lie under users/: give to somebody else what must stay.\n`
      : '';
  const rows = items.map(({ path, kind, size }) => [printable(path), printable(kind), String(size)]);
  const more = resources > items.length ? `... and ${resources - items.length} more\n` : '';
  return (
    head + warning + (rows.length > 0 ? `\n${table(['path', 'kind', 'bytes'], rows, terminal)}${more}` : '')
  );
}

function toText({ id, certificate }: ErasureRow, terminal: Terminal): string {
  const { completedAt, deleted, probes } = JSON.parse(certificate ?? '{}') as {
    completedAt: string;
    deleted: { objects: number; auditRows: number };
    probes: { urls: number; allRefused: boolean };
  };
  const said =
    probes.urls === 0
      ? 'none worked before'
      : `${probes.urls} worked before, ${probes.allRefused ? 'all refused' : 'not all answered'} after`;
  return `${terminal.paint('green', 'Erased.')} The certificate names nobody; --json writes it.\n${fields([
    ['erasure', id],
    ['completed', completedAt],
    ['objects', `${deleted.objects} deleted`],
    ['audit rows', `${deleted.auditRows} without their personal columns`],
    ['live probes', said],
  ])}`;
}
