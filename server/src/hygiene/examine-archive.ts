import { ByteWindow, CutShortError } from './byte-window.ts';
import type { ExaminedBytes, Quarantined, Refused } from './examination.ts';
import { archiveEntries, UnreadableArchiveError, type ArchiveEntry } from './zip-directory.ts';

/** Unpacked it may be so many times as large, */
const MOST_TIMES = 100;
/** or this large, bytes, however well it is packed. */
const HARMLESS_BYTES = 100 * 1024 * 1024;

/** @param head the beginning of the bytes @returns whether they are a ZIP, as office documents are too */
export function isArchive(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5) && head[3] === head[2] + 1;
}

/**
 * Looks at what a ZIP says of its files, and unpacks nothing: an archive in an archive is a file like others, and what an
 * archive claims may be a lie. Whoever unpacks it must count too.
 *
 * @param isScanned whether a virus scanner is asked: it cannot look into what is encrypted
 * @returns undefined: nothing is against it
 */
export async function examineArchive(
  bytes: ExaminedBytes,
  { isScanned }: { isScanned: boolean },
): Promise<Refused | Quarantined | undefined> {
  let size = 0;
  let packed = 0;
  let isEncrypted = false;
  try {
    for await (const entry of archiveEntries(new ByteWindow(bytes))) {
      const fault = faultOf(entry);
      if (fault) return refused(fault);
      size += entry.size;
      packed += entry.packed;
      isEncrypted ||= entry.isEncrypted;
      if (packed > bytes.size) return refused('Files in it share their bytes.');
      if (size > HARMLESS_BYTES && size > bytes.size * MOST_TIMES) {
        return refused(
          `Unpacked it is more than ${MOST_TIMES} times as large as it is now, and more than ${HARMLESS_BYTES} bytes.`,
        );
      }
    }
  } catch (error) {
    if (error instanceof UnreadableArchiveError) return refused(`It cannot be read: ${error.message}.`);
    if (error instanceof CutShortError) return refused('It cannot be read: it ends too early.');
    throw error;
  }
  return isEncrypted && isScanned
    ? {
        verdict: 'quarantined',
        code: 'not-scanned',
        reason: 'It holds encrypted files, which the virus scanner cannot look into.',
      }
    : undefined;
}

/** By its name a file in it would be unpacked somewhere else, or nowhere. */
function faultOf({ name, isLink }: ArchiveEntry): string | undefined {
  if (isLink) return 'It holds a link.';
  // Some programs take a backslash for a slash.
  const isElsewhere = /^[/\\]|^[a-z]:/i.test(name) || name.split(/[/\\]/).includes('..');
  if (isElsewhere) return 'A file in it would be unpacked outside of its folder.';
  return name === '' || Array.from(name).some((character) => character < ' ')
    ? 'A file in it has a name with control characters, or none.'
    : undefined;
}

function refused(reason: string): Refused {
  return { verdict: 'refused', code: 'unsafe-archive', reason };
}
