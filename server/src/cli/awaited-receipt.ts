import type { Receipt, Settling } from '../leases/receipts.ts';
import type { Call, Options } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';

/**
 * Waits for the receipt of something that has committed, and tells the person meanwhile.
 *
 * @throws CommandFailure `receipt-outstanding`: what was done holds, only the proof is missing
 */
export async function awaitedReceipt(
  { epoch, receipt }: Settling,
  { terminal, json, onInterrupt }: Pick<Call<Options>, 'terminal' | 'json' | 'onInterrupt'>,
): Promise<Receipt> {
  const outstanding = `Epoch ${epoch} is committed and holds. Its receipt is outstanding: run the command again for it.`;
  if (terminal.isWatched && !json) terminal.say(`Committed as epoch ${epoch}. Waiting for the holders ...`);
  const forget = onInterrupt(() => terminal.say(outstanding));
  const settled = await receipt.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.no, 'receipt-outstanding', `${outstanding} (${reason})`, { cause: error });
  });
  forget();
  return settled;
}
