import type { ByteWindow } from './byte-window.ts';

/** The end of an archive and the longest comment after it. */
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const MOST_ENTRIES = 100_000;
const IN_64 = 0xffff_ffff;
const LINK = 0o120000;
const UNIX = 3;

/** The archive does not say what is in it, in the way that all programs read. */
export class UnreadableArchiveError extends Error {
  override readonly name = 'UnreadableArchiveError';
}

/** What an archive says of one file in it. */
export interface ArchiveEntry {
  /** Each byte one character. */
  name: string;
  /** Bytes in the archive. */
  packed: number;
  /** Bytes when it is unpacked, as the archive says. */
  size: number;
  isEncrypted: boolean;
  /** It is a link to another place. */
  isLink: boolean;
}

/**
 * Reads the directory at the end of a ZIP (APPNOTE 6.3.10), entry by entry: what is unpacked is looked at by nobody, and
 * memory stays as it is whatever the archive claims.
 *
 * @throws UnreadableArchiveError, CutShortError
 */
export async function* archiveEntries(window: ByteWindow): AsyncGenerator<ArchiveEntry> {
  const { count, start, end } = await directoryOf(window);
  if (count > MOST_ENTRIES)
    throw new UnreadableArchiveError(`it has ${count} files; ${MOST_ENTRIES} at most`);
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const head = await window.at(at, ENTRY_BYTES);
    if (head.readUInt32LE(0) !== ENTRY) throw new UnreadableArchiveError('its directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => head.readUInt16LE(offset));
    const next = at + ENTRY_BYTES + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
    if (next > end) throw new UnreadableArchiveError('its directory is longer than it says');
    const flags = head.readUInt16LE(8);
    const isUnix = head.readUInt8(5) === UNIX;
    const sizes = { packed: head.readUInt32LE(20), size: head.readUInt32LE(24) };
    const name = (await window.at(at + ENTRY_BYTES, nameLength ?? 0)).toString('latin1');
    const extra = await window.at(at + ENTRY_BYTES + (nameLength ?? 0), extraLength ?? 0);
    yield {
      name,
      ...largeSizes(sizes, extra),
      // Bit 13: the directory itself is encrypted in part.
      isEncrypted: (flags & 0x2001) !== 0,
      isLink: isUnix && ((head.readUInt32LE(38) >>> 16) & 0o170000) === LINK,
    };
    at = next;
  }
  if (at !== end) throw new UnreadableArchiveError('its directory is shorter than it says');
}

async function directoryOf(window: ByteWindow): Promise<{ count: number; start: number; end: number }> {
  const from = Math.max(0, window.size - END_BYTES - LONGEST_COMMENT);
  const tail = await window.at(from, window.size - from);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    // Nothing comes after the comment: programs differ in what they make of it.
    if (tail.readUInt32LE(at) !== END || at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length)
      continue;
    const end = from + at;
    const count = tail.readUInt16LE(at + 10);
    const size = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    const found =
      count === 0xffff || size === IN_64 || start === IN_64
        ? await largeDirectory(window, end)
        : { count, start, end: start + size, before: end };
    // A second archive, or something that runs, may lie in what is not told of.
    if (found.end !== found.before) throw new UnreadableArchiveError('its directory is not where it says');
    return found;
  }
  throw new UnreadableArchiveError('it has no directory at its end');
}

async function largeDirectory(
  window: ByteWindow,
  end: number,
): Promise<{ count: number; start: number; end: number; before: number }> {
  const locator = await window.at(Math.max(0, end - 20), 20);
  if (locator.readUInt32LE(0) !== LOCATOR_64)
    throw new UnreadableArchiveError('it has no directory at its end');
  const before = Number(locator.readBigUInt64LE(8));
  if (before > end) throw new UnreadableArchiveError('its directory is not where it says');
  const record = await window.at(before, 56);
  if (record.readUInt32LE(0) !== END_64)
    throw new UnreadableArchiveError('its directory is not where it says');
  const [count, size, start] = [32, 40, 48].map((offset) => Number(record.readBigUInt64LE(offset)));
  return { count: count ?? 0, start: start ?? 0, end: (start ?? 0) + (size ?? 0), before };
}

/** What does not fit into 32 bits is in an extra field, unpacked size first. */
function largeSizes(
  sizes: { packed: number; size: number },
  extra: Buffer,
): { packed: number; size: number } {
  if (sizes.packed !== IN_64 && sizes.size !== IN_64) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let value = at + 4;
    const stop = Math.min(value + extra.readUInt16LE(at + 2), extra.length);
    const large = (small: number): number => {
      if (small !== IN_64) return small;
      if (value + 8 > stop) throw new UnreadableArchiveError('its directory is damaged');
      value += 8;
      return Number(extra.readBigUInt64LE(value - 8));
    };
    const size = large(sizes.size);
    return { size, packed: large(sizes.packed) };
  }
  throw new UnreadableArchiveError('its directory is damaged');
}
