import { EDGE_NAME, EDGE_NAME_SAYS } from '../edges/edge-name.ts';
import { Edges } from '../edges/edges.ts';
import type { EdgeSummary } from '../edges/edge.store.ts';
import { LeakedEdges } from '../edges/leaked-edge.ts';
import type { Settling } from '../leases/receipts.ts';
import { awaitedReceipt } from './awaited-receipt.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { EXIT, usage } from './exit-codes.ts';
import { withDatabase, type OfflineDatabase } from './offline-database.ts';
import { receiptsOf } from './onlooking-receipts.ts';
import { operatorName } from './operator.ts';
import { asJson, receiptFields, rethrowUnanswered } from './owner-actions.ts';
import { fields, table } from './table.ts';
import type { Terminal } from './terminal.ts';

const ID = { name: 'ID', says: 'the edge, as in edge list' };
const DEFAULT_OVERLAP = 1440;
const LONGEST_OVERLAP = 10_080;

/** The rules of the server, in a process that serves nothing. */
const edgesIn = (opened: OfflineDatabase): Edges =>
  new Edges(opened.pools.tenants, opened.pools.holder, receiptsOf(opened));

/** `countersign edge create` */
export const edgeCreate = defineCommand({
  name: 'edge create',
  says: 'Add an edge, and show its credential, once',
  details: `The credential opens the two calls of edges and nothing else; only its hash is kept. The edge serves the
files of one tenant. NAME is what receipts call it, after edge:.`,
  argument: { name: 'NAME', says: 'lower-case letters, digits, "." and "-"' },
  options: DATABASE_OPTIONS,
  run: ({ argument, options, json, terminal }) => {
    if (!EDGE_NAME.test(argument)) throw usage(`edge create: NAME is made of ${EDGE_NAME_SAYS}.`);
    return withDatabase(options, async (opened) => {
      const { tenantId } = opened;
      const made = await edgesIn(opened).add({ tenantId, name: argument, actor: operatorName() });
      await terminal.write(
        json
          ? asJson({ tenant: tenantId, ...made })
          : `${terminal.paint('green', `Added ${made.name}.`)} Its credential is shown this once:\n${fields([
              ['edge', made.id],
              ['credential', made.credential],
            ])}`,
      );
      return EXIT.done;
    });
  },
});

/** `countersign edge list` */
export const edgeList = defineCommand({
  name: 'edge list',
  says: 'List edges, with the runs that receipts wait for and the keys they were told',
  options: DATABASE_OPTIONS,
  run: ({ options, json, terminal }) =>
    withDatabase(options, async (opened) => {
      const items = await edgesIn(opened).list(opened.tenantId);
      await terminal.write(json ? asJson({ tenant: opened.tenantId, items }) : toTable(items, terminal));
      return EXIT.done;
    }),
});

/** `countersign edge rotate` */
export const edgeRotate = defineCommand({
  name: 'edge rotate',
  says: 'Show a new credential; the one before opens too, for a while',
  argument: ID,
  options: {
    'overlap-minutes': {
      type: 'string',
      value: 'N',
      says: `for how long both open (${DEFAULT_OVERLAP}); 0: the one before opens nothing from now on`,
    },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal }) => {
    const overlap = minutesOf(options['overlap-minutes']);
    return withDatabase(options, async (opened) => {
      const { tenantId } = opened;
      const rotated = await edgesIn(opened).rotate(
        { tenantId, id: argument, actor: operatorName() },
        overlap,
      );
      const until = rotated.previousUntil?.toISOString() ?? 'now: it opens nothing any more';
      await terminal.write(
        json
          ? asJson({ tenant: tenantId, ...rotated })
          : `${terminal.paint('green', `Rotated ${rotated.name}.`)} Its new credential is shown this once:\n${fields(
              [
                ['edge', rotated.id],
                ['credential', rotated.credential],
                ['the one before', `until ${until}`],
              ],
            )}`,
      );
      return EXIT.done;
    });
  },
});

/** `countersign edge revoke` */
export const edgeRevoke = defineCommand({
  name: 'edge revoke',
  says: 'End an edge, and wait until it serves nothing any more',
  details: `Its credential opens nothing from now on, and its leases run out: the receipt waits for that. It does not end
the keys that the edge was told; when somebody else may have them, add --leaked: every URL they signed is
dead then, and has to be signed again. Repeating it goes on where it was broken off.`,
  argument: ID,
  options: {
    leaked: { type: 'boolean', says: 'destroy every live key that this edge was ever told, too' },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal, onInterrupt }) =>
    withDatabase(options, async (opened) => {
      const { pools, tenantId } = opened;
      const action = { tenantId, id: argument, actor: operatorName() };
      const receipts = receiptsOf(opened);
      const edges = new Edges(pools.tenants, pools.holder, receipts);
      const ended: Settling & { owners?: number; keys?: number } = await (
        options.leaked
          ? new LeakedEdges(pools.tenants, edges, receipts).replaceKeys(action)
          : edges.revoke(action)
      ).catch(rethrowUnanswered);
      const receipt = await awaitedReceipt(ended, { terminal, json, onInterrupt });
      const { owners, keys } = ended;
      const also = keys === undefined ? '' : ` ${keys} keys of ${owners} owners are destroyed.`;
      await terminal.write(
        json
          ? asJson({ edge: argument, tenant: tenantId, owners, keys, receipt })
          : `${terminal.paint('green', 'Revoked.')} The edge serves nothing any more.${also}\n${fields(receiptFields(receipt))}`,
      );
      return EXIT.done;
    }),
});

function toTable(items: readonly EdgeSummary[], terminal: Terminal): string {
  if (items.length === 0) return 'There is no edge: add one with edge create.\n';
  return table(
    ['name', 'id', 'state', 'runs', 'keys', 'created', 'rotated'],
    items.map(({ name, id, revokedAt, previousUntil, incarnations, keys, createdAt, rotatedAt }) => [
      ...[name, id, revokedAt ? 'revoked' : previousUntil ? 'two credentials' : 'active'],
      ...[String(incarnations), String(keys)],
      ...[createdAt.toISOString(), rotatedAt?.toISOString() ?? ''],
    ]),
    terminal,
  );
}

function minutesOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_OVERLAP;
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (minutes <= LONGEST_OVERLAP) return minutes;
  throw usage(`edge rotate: --overlap-minutes takes a whole number from 0 to ${LONGEST_OVERLAP}.`);
}
