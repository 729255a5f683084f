import { readPart, type ExaminedBytes } from './examination.ts';

/** The end of an archive and the longest comment after it. */
const TAIL_BYTES = 22 + 65_535;
const END_OF_ARCHIVE = Buffer.from('PK\x05\x06', 'latin1');

/**
 * Whether programs that look for archives find one at the end of these bytes, whatever they begin with: a picture that is
 * a JAR too is run by who opens it as one.
 */
export async function endsAsArchive(bytes: ExaminedBytes): Promise<boolean> {
  const start = Math.max(0, bytes.size - TAIL_BYTES);
  const tail = await readPart(bytes, start, TAIL_BYTES);
  for (
    let at = tail.lastIndexOf(END_OF_ARCHIVE);
    at >= 0;
    at = at > 0 ? tail.lastIndexOf(END_OF_ARCHIVE, at - 1) : -1
  ) {
    if (at + 22 > tail.length) continue;
    const comment = tail.readUInt16LE(at + 20);
    const directory = tail.readUInt32LE(at + 12);
    // Programs differ in what they let follow; a directory that lies before its end is what they all need.
    if (at + 22 + comment <= tail.length && directory > 0 && directory <= start + at) return true;
  }
  return false;
}
