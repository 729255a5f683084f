import { Readable } from 'node:stream';
import { HEAD_BYTES } from '../hygiene/examiner.ts';

/**
 * Reads the beginning of a stream without losing it.
 *
 * @param maxBytes more than this and `whole` fails with `tooLarge(maxBytes)`
 * @returns the first bytes (all of them for a short stream), and the stream from its beginning
 */
export async function firstBytes(
  body: Readable,
  maxBytes: number,
  tooLarge: (maxBytes: number) => Error,
): Promise<{ head: Buffer; whole: Readable }> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const held: Buffer[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    held.push(value);
    size += value.length;
  }
  const head = Buffer.concat(held);

  async function* whole(): AsyncGenerator<Buffer> {
    let seen = head.length;
    if (seen > maxBytes) throw tooLarge(maxBytes);
    yield head;
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return;
      seen += value.length;
      if (seen > maxBytes) throw tooLarge(maxBytes);
      yield value;
    }
  }
  return { head: head.subarray(0, HEAD_BYTES), whole: Readable.from(whole(), { objectMode: false }) };
}
