import sharp, { type Sharp } from 'sharp';
import { drawPortrait } from './portrait/portrait.ts';
import { SAMPLE_PORTRAITS } from './sample-portraits.ts';

/** How one picture is stored; they differ as pictures from different cameras do. */
interface Form {
  /** Pixels as one sees them, after the orientation was applied. */
  width: number;
  height: number;
  contentType: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif';
  encode(picture: Sharp): Sharp;
}

/** One of the sample pictures, drawn when asked for. */
export interface SamplePicture {
  /** `avatar-1.jpg`, ... */
  name: string;
  /** Whose portrait it is. */
  displayName: string;
  contentType: Form['contentType'];
  /** The same bytes each time, by the same version of sharp. */
  draw(): Promise<Buffer>;
}

const jpeg = (width: number, height: number, options: { quality: number; progressive?: boolean }): Form => ({
  width,
  height,
  contentType: 'image/jpeg',
  encode: (picture) => picture.jpeg(options),
});

/** As a phone held upright stores it: lying on its side, with an EXIF tag (6) that says how to turn it. */
const turned = (width: number, height: number): Form => ({
  width,
  height,
  contentType: 'image/jpeg',
  encode: (picture) => picture.rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 82 }),
});

const FORMS: readonly Form[] = [
  jpeg(640, 640, { quality: 82 }),
  jpeg(960, 720, { quality: 85, progressive: true }),
  jpeg(600, 800, { quality: 75 }),
  jpeg(1200, 1200, { quality: 80, progressive: true }),
  turned(750, 1000),
  jpeg(900, 600, { quality: 92 }),
  jpeg(480, 640, { quality: 60 }),
  jpeg(1024, 768, { quality: 78, progressive: true }),
  jpeg(720, 720, { quality: 88 }),
  jpeg(1600, 1200, { quality: 72 }),
  jpeg(320, 320, { quality: 70 }),
  jpeg(768, 1024, { quality: 84, progressive: true }),
  { width: 512, height: 512, contentType: 'image/png', encode: (picture) => picture.png({ palette: true }) },
  { width: 800, height: 600, contentType: 'image/webp', encode: (picture) => picture.webp({ quality: 82 }) },
  {
    width: 450,
    height: 600,
    contentType: 'image/avif',
    encode: (picture) => picture.avif({ quality: 55, effort: 2 }),
  },
];

/** `avatar-1.jpg` to `avatar-12.jpg`, then one PNG, WebP and AVIF. */
export const SAMPLE_PICTURES: readonly SamplePicture[] = SAMPLE_PORTRAITS.map(({ name, portrait }, index) => {
  const form = FORMS[index % FORMS.length] as Form;
  const extension = form.contentType === 'image/jpeg' ? 'jpg' : form.contentType.slice('image/'.length);
  return {
    name: `avatar-${index + 1}.${extension}`,
    displayName: name,
    contentType: form.contentType,
    draw: () => form.encode(sharp(Buffer.from(drawPortrait(portrait, form)))).toBuffer(),
  };
});
