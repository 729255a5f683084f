import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { StoredBlob } from './blob-store.ts';

/**
 * Reads a stream to its end, for its size and SHA-256. Whoever makes the stream must not use what it gave any more: the
 * memory of each chunk is given back at once. By itself V8 lets some 90 MB of chunks gather before it looks at them, since
 * they are small to it and large outside of it.
 *
 * @param stream of a file, or the body of a response, that nobody else reads
 * @throws what the stream fails with
 */
export async function digestOf(stream: Readable): Promise<StoredBlob> {
  const hash = createHash('sha256');
  const socket = (stream as Readable & { socket?: Socket | null }).socket ?? undefined;
  // A response holds copies of what its socket has read. Those were copied before this listener is called.
  socket?.on('data', giveBack);
  try {
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      giveBack(chunk);
    }
    return { size, sha256: hash.digest() };
  } finally {
    socket?.off('data', giveBack);
  }
}

/** Gives back the memory of a chunk, unless others may have a part of it. Who looks at it again finds it empty. */
export function giveBack(chunk: Buffer): void {
  const { buffer, byteLength } = chunk;
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}
