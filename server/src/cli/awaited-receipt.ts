import type { Receipt, Settling } from '../leases/receipts.ts';
import { Problem } from '../platform/problem.ts';
import type { Call, Options } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';

/**
 * Waits for the receipt of something that has committed, and tells the person meanwhile.
 *
 * @throws CommandFailure `receipt-outstanding`: what was done holds, only the proof is missing; or
 *   `checkpoints-unavailable`: it holds, and a database that is restored from an older backup would not know of it
 */
export async function awaitedReceipt(
  { epoch, receipt }: Settling,
  { terminal, json, onInterrupt }: Pick<Call<Options>, 'terminal' | 'json' | 'onInterrupt'>,
): Promise<Receipt> {
  const outstanding = `Epoch ${epoch} is committed and holds. Its receipt is outstanding: run the command again for it.`;
  if (terminal.isWatched && !json) terminal.say(`Committed as epoch ${epoch}. Waiting for the holders ...`);
  const forget = onInterrupt(() => terminal.say(outstanding));
  const settled = await receipt.catch((error: unknown) => rethrow(error, epoch, outstanding));
  forget();
  return settled;
}

/** @throws CommandFailure, always */
export function rethrow(error: unknown, epoch: number, outstanding: string): never {
  if (error instanceof Problem && error.code === 'checkpoints-unavailable') {
    throw new CommandFailure(
      EXIT.no,
      error.code,
      `Epoch ${epoch} is committed and holds, at every server that runs or starts. It is in no checkpoint, so a backup from before would not know of it, and there is no receipt. ${error.detail ?? error.title} Set AUDIT_CHECKPOINTS and AUDIT_SIGNING_KEY as at the servers, or start one, and run the command again.`,
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  throw new CommandFailure(EXIT.no, 'receipt-outstanding', `${outstanding} (${reason})`, { cause: error });
}
