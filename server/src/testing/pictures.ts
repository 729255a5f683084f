/** The smallest honest PNG: one transparent pixel. */
export const onePixelPng: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** The pixel, followed by bytes that decoders ignore: a picture of any size. */
export function pngOf(bytes: number): Uint8Array {
  const picture = Buffer.alloc(Math.max(bytes, onePixelPng.length), 0x5a);
  picture.set(onePixelPng);
  return picture;
}
