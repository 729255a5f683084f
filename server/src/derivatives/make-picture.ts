import { derivativeImpossible, derivativesOff, type DerivativeImpossible } from './problems.ts';
import type { Derivative } from './derivative-name.ts';

/** Decoded at once, whatever MAX_IMAGE_PIXELS allows: at 4 bytes each it bounds the memory of one picture. */
const MOST_PIXELS = 50_000_000;
/** How many times higher than wide a picture stays: what is higher is made narrower. */
const HIGHEST = 4;
const MOST_SECONDS = 15;
/** Other bytes would come under another key, so nothing changes in that time but this program. */
const BROKEN_SECONDS = 86_400;
/** What ran out may be there again when others have ended. */
const SHORT_SECONDS = 300;
const TRIED_AGAIN = `It is tried again after ${SHORT_SECONDS / 60} minutes, and then after twice as long each time, up to a day.`;

type Sharp = (typeof import('sharp'))['default'];
let loading: Promise<Sharp> | undefined;

/** Who asks for no picture never loads it. */
async function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  try {
    return await loading;
  } catch {
    loading = undefined;
    throw derivativesOff('The package sharp is not installed for this machine: npm install sharp.');
  }
}

/**
 * Makes a smaller picture, the first one of an animation: upright, and without anything that shows nothing, such as the
 * place where it was taken.
 *
 * @param bytes of a JPEG, PNG, WebP, AVIF or GIF
 * @param maxPixels most pixels that are decoded
 * @throws Problem derivative-impossible, derivatives-off
 */
export async function makePicture(
  bytes: Buffer,
  { width, format }: Pick<Derivative, 'width' | 'format'>,
  maxPixels: number,
): Promise<Buffer> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: Math.min(maxPixels, MOST_PIXELS),
      sequentialRead: true,
      animated: false,
    })
      .timeout({ seconds: MOST_SECONDS })
      .autoOrient()
      .resize({ width, height: width * HIGHEST, fit: 'inside', withoutEnlargement: true });
    const coded =
      format === 'avif' ? picture.avif({ quality: 55, effort: 2 }) : picture.webp({ quality: 78, effort: 3 });
    return await coded.toBuffer();
  } catch (error) {
    throw failureOf(error);
  }
}

/**
 * @param seconds for how long a failure is remembered
 * @param before for how long the one before was, seconds; null: there was none
 * @returns twice as long as before, up to a day: what is slow each time is not made all day
 */
export const pauseAfter = (seconds: number, before: number | null): number =>
  Math.max(seconds, Math.min(2 * (before ?? 0), BROKEN_SECONDS));

/**
 * @param error of the library, whose own words may say what is in the file
 * @returns what is told, and remembered: for a day what the picture is to blame for, for minutes what ran out
 */
export function failureOf(error: unknown): DerivativeImpossible {
  const told = error instanceof Error ? error.message : '';
  if (/pixel limit/i.test(told)) {
    const why = `It has more pixels than are decoded here (${MOST_PIXELS}).`;
    return derivativeImpossible(why, BROKEN_SECONDS);
  }
  if (/timeout/i.test(told)) {
    const why = `Making it took longer than ${MOST_SECONDS} seconds. ${TRIED_AGAIN}`;
    return derivativeImpossible(why, SHORT_SECONDS);
  }
  if (/memory|alloc/i.test(told)) {
    const why = `There was no memory for it. ${TRIED_AGAIN}`;
    return derivativeImpossible(why, SHORT_SECONDS);
  }
  return derivativeImpossible('It cannot be decoded.', BROKEN_SECONDS);
}
