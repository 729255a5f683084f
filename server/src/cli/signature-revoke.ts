import { SingleUrls } from '../keys/single-urls.ts';
import { awaitedReceipt } from './awaited-receipt.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { operatorName } from './operator.ts';
import { receiptsOf } from './onlooking-receipts.ts';
import { asJson, receiptFields, rethrowUnanswered } from './owner-actions.ts';
import { fields } from './table.ts';

const FORM = /^sig_[A-Za-z0-9_-]{21}[AQgw]$/;

/** `countersign signature revoke` */
export const signatureRevoke = defineCommand({
  name: 'signature revoke',
  says: 'Kill one signed URL, and nothing else',
  details: `The signature id is sig_ and the sid of the URL; audit search shows it too. Never give the URL itself:
it would be in the history of your shell. Repeating it gives the same epoch.`,
  argument: { name: 'SIGNATURE_ID', says: 'sig_ and the sid of the URL' },
  options: {
    reason: { type: 'string', value: 'TEXT', says: 'why, for the audit' },
    ...DATABASE_OPTIONS,
  },
  run: ({ argument, options, json, terminal, onInterrupt }) => {
    if (!FORM.test(argument)) {
      throw new CommandFailure(
        EXIT.usage,
        'usage',
        'This is no signature id: it is sig_ and the 22 characters of the sid.',
      );
    }
    return withDatabase(options, async (opened) => {
      const { pools, tenantId } = opened;
      const done = await new SingleUrls(pools.tenants, receiptsOf(opened))
        .revoke({ tenantId, signatureId: argument, actor: operatorName(), reason: options.reason })
        .catch(rethrowUnanswered);
      if ('status' in done) {
        const expiresAt = done.expiresAt.toISOString();
        await terminal.write(
          json
            ? asJson({ signatureId: argument, tenant: tenantId, status: done.status, expiresAt })
            : `Nothing to do: the URL expired at ${expiresAt}.\n`,
        );
        return EXIT.done;
      }
      const receipt = await awaitedReceipt(done, { terminal, json, onInterrupt });
      await terminal.write(
        json
          ? asJson({ signatureId: argument, tenant: tenantId, receipt })
          : `${terminal.paint('green', `Revoked ${argument}.`)} A request that reaches any server from now on is refused.\n${fields(receiptFields(receipt))}`,
      );
      return EXIT.done;
    });
  },
});
