import type { Readable } from 'node:stream';

/** @returns all bytes of a stream whose size is known to be small enough */
export async function readWhole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
