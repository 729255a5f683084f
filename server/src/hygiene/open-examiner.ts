import type { Logger } from 'pino';
import { Clamd, clamdAddress } from './clamd.ts';
import { Examiner } from './examiner.ts';
import type { Scanner } from './scanner.ts';

/**
 * @param settings as checked at start
 * @param log is told when the virus scanner does not answer
 * @param isPublic whether resources of a kind are shown to everybody
 */
export function openExaminer(
  {
    maxImagePixels,
    uploadTypes,
    clamdHost,
  }: { maxImagePixels: number; uploadTypes: readonly string[]; clamdHost?: string | undefined },
  isPublic: (kind: string) => boolean,
  log: Logger,
): Examiner {
  const address = clamdHost === undefined ? undefined : clamdAddress(clamdHost);
  const scanner = address && new Clamd(address);
  if (scanner) void tellOfSilence(scanner, log);
  return new Examiner({ maxPixels: maxImagePixels, types: uploadTypes, isPublic, scanner });
}

/** Says at once what whoever set it up would otherwise hear of from people whose files are kept back. */
async function tellOfSilence(scanner: Scanner, log: Logger): Promise<void> {
  if ((await scanner.signatures()) === undefined)
    log.warn(
      'the virus scanner (CLAMD_HOST) does not answer: while that lasts, all that is uploaded goes into quarantine',
    );
}
