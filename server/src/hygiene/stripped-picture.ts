import { Readable } from 'node:stream';
import { examinePicture } from './examine-picture.ts';

/**
 * @param body a picture, whole
 * @returns what is stored of it when everybody may see it; the picture itself when it would be refused
 */
export async function strippedPicture(contentType: string, body: Buffer): Promise<Buffer> {
  const bytes = {
    size: body.length,
    open: (range = { start: 0, end: body.length - 1 }) =>
      Promise.resolve(Readable.from([body.subarray(range.start, range.end + 1)])),
  };
  const finding = await examinePicture(contentType, bytes, { maxPixels: Infinity, strips: true });
  if (finding?.verdict !== 'clean' || !finding.replacement) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of finding.replacement()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
