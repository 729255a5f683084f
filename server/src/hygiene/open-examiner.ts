import { Clamd, clamdAddress } from './clamd.ts';
import { Examiner } from './examiner.ts';

/**
 * @param settings as checked at start
 * @param isPublic whether resources of a kind are shown to everybody
 */
export function openExaminer(
  {
    maxImagePixels,
    uploadTypes,
    clamdHost,
  }: { maxImagePixels: number; uploadTypes: readonly string[]; clamdHost?: string | undefined },
  isPublic: (kind: string) => boolean,
): Examiner {
  const address = clamdHost === undefined ? undefined : clamdAddress(clamdHost);
  return new Examiner({
    maxPixels: maxImagePixels,
    types: uploadTypes,
    isPublic,
    scanner: address && new Clamd(address),
  });
}
