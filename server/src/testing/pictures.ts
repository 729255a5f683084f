import { crc32 } from 'node:zlib';

/** The smallest honest PNG: one transparent pixel. */
export const onePixelPng: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const END_BYTES = 12;

/** The pixel, followed by image data that decoders ignore: a picture of any size from 94 bytes on. */
export function pngOf(bytes: number): Uint8Array {
  const fill = Buffer.alloc(Math.max(0, bytes - onePixelPng.length - 12) + 4, 0x5a);
  fill.write('IDAT', 0, 'latin1');
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(fill.length - 4, 0);
  frame.writeUInt32BE(crc32(fill), 4);
  const end = onePixelPng.length - END_BYTES;
  return Buffer.concat([
    ...[onePixelPng.subarray(0, end), frame.subarray(0, 4), fill, frame.subarray(4)],
    onePixelPng.subarray(end),
  ]);
}
