import sharp from 'sharp';
import { sniffContentType } from '../platform/content-type.ts';

/** What every current browser shows, and the extension each is stored with. */
const EXTENSIONS = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/avif', 'avif'],
]);

/** Above the 108 megapixels of today's phones, below what takes the memory of a small server. */
const MOST_PIXELS = 120_000_000;
const MOST_SECONDS = 60;

/** A photo that a browser can show, or the reason why these bytes are none, as the end of "it ...". */
export type Examination = { contentType: string; extension: string } | { refused: string };

/**
 * Decides by the bytes alone whether they are a whole photo, and of which type. Every line is decoded, so that a file
 * that was cut off is not taken for a photo; a picture that would unpack to too many pixels is not decoded at all.
 */
export async function examinePhoto(bytes: Buffer): Promise<Examination> {
  if (bytes.length === 0) return { refused: 'is empty' };
  const contentType = await sniffContentType(bytes.subarray(0, 4100));
  if (!contentType?.startsWith('image/')) {
    return {
      refused: contentType ? `is no image but ${contentType}` : 'is no image: its bytes are of no known type',
    };
  }
  const extension = EXTENSIONS.get(contentType);
  if (!extension) return { refused: `is ${contentType}, which browsers do not show: convert it to JPEG` };
  try {
    const refused = await decode(bytes);
    return refused ? { refused } : { contentType, extension };
  } catch (error) {
    return { refused: `is damaged or cut off (${(error as Error).message.split('\n')[0]})` };
  }
}

/** @returns why it is not even tried; throws when the decoder gives up */
async function decode(bytes: Buffer): Promise<string | undefined> {
  // Each photo is decoded once, so keeping results would only hold memory.
  sharp.cache(false);
  const {
    width,
    height,
    pages = 1,
  } = await sharp(bytes, { limitInputPixels: false, animated: false }).metadata();
  if (width * height * pages > MOST_PIXELS) {
    const megapixels = Math.round((width * height * pages) / 1e6);
    return `has ${megapixels} megapixels, more than ${MOST_PIXELS / 1e6}`;
  }
  const options = { failOn: 'error', limitInputPixels: MOST_PIXELS, sequentialRead: true } as const;
  if (pages > 1) {
    await sharp(bytes, { ...options, animated: true })
      .timeout({ seconds: MOST_SECONDS })
      .stats();
    return undefined;
  }
  // The last pixel needs all before it, and takes no memory itself.
  const lastLine = { left: 0, top: height - 1, width: 1, height: 1 };
  await sharp(bytes, options).timeout({ seconds: MOST_SECONDS }).extract(lastLine).raw().toBuffer();
  return undefined;
}
