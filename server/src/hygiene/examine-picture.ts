import { walkAvif } from './avif.ts';
import { ByteWindow, CutShortError } from './byte-window.ts';
import type { ExaminedBytes, Finding, Refused } from './examination.ts';
import { walkGif } from './gif.ts';
import { walkJpeg } from './jpeg.ts';
import { assembled, isWhole, UnreadablePictureError, type Picture } from './pieces.ts';
import { walkPng } from './png.ts';
import { walkWebp } from './webp.ts';

/** All pictures of an animation together may have so many times the pixels of one. */
const ANIMATED = 10;

const walkers: Readonly<Record<string, (window: ByteWindow) => Promise<Picture>>> = {
  'image/jpeg': walkJpeg,
  'image/png': walkPng,
  'image/gif': walkGif,
  'image/webp': walkWebp,
  'image/avif': walkAvif,
};

/** What decides what becomes of a picture. */
export interface PictureRules {
  /** Most pixels, width times height. */
  maxPixels: number;
  /** Takes out where and when it was taken, and everything else that shows nothing. */
  strips: boolean;
}

/**
 * Measures a picture by what it says of itself, before anybody decodes it, and finds what must not stay in it. What it
 * shows is not touched: no pixel is coded anew.
 *
 * @returns undefined when it is of no type that is taken apart here
 */
export async function examinePicture(
  contentType: string,
  bytes: ExaminedBytes,
  { maxPixels, strips }: PictureRules,
): Promise<Finding | undefined> {
  const walk = walkers[contentType];
  if (!walk) return undefined;
  let picture: Picture;
  try {
    picture = await walk(new ByteWindow(bytes));
  } catch (error) {
    if (!(error instanceof UnreadablePictureError) && !(error instanceof CutShortError)) throw error;
    return unreadable(`This is no ${contentType} that can be shown: ${error.message}.`);
  }
  const { width, height, frames, essence } = picture;
  const pixels = width * height;
  if (pixels > maxPixels || pixels * frames > maxPixels * ANIMATED) {
    const pictures = frames > 1 ? `, ${frames} times` : '';
    return {
      verdict: 'refused',
      code: 'too-many-pixels',
      reason: `It has ${width} x ${height} pixels${pictures}; at most ${maxPixels} (MAX_IMAGE_PIXELS), and ${ANIMATED} times as many in an animation.`,
    };
  }
  if (!strips) return undefined;
  if (essence.length === 0) {
    return unreadable(
      'It holds EXIF or XMP, which may say where it was taken and cannot be taken out of this type. Save it without, or as JPEG.',
    );
  }
  const replacement = isWhole(essence, bytes.size) ? undefined : () => assembled(bytes, essence);
  return { verdict: 'clean', contentType, replacement };
}

function unreadable(reason: string): Refused {
  return { verdict: 'refused', code: 'unreadable-picture', reason };
}
