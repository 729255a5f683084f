import sharp from 'sharp';
import { drawLandscape, type Landscape } from './landscape.ts';

/** One picture of the gallery, drawn when asked for. */
export interface GalleryPicture {
  /** `view-001.webp`, ... */
  name: string;
  displayName: string;
  /** A WebP of 160 by 160; the same bytes each time, by the same version of sharp. */
  draw(): Promise<Buffer>;
}

/** As many as one batch of the signing API takes. */
const PICTURES = 200;

const PLACES = [
  'the ridge',
  'Long Fell',
  'Grey Tarn',
  'the pass',
  'Hollow Down',
  'Cairn Hill',
  'the moor',
  'Saltmarsh',
] as const;

const HOURS = [
  { name: 'before sunrise', sky: ['#28365f', '#e9a98f'], light: '#f6e7c8', ground: '#27304f' },
  { name: 'in the morning', sky: ['#8cc3e6', '#fdeccb'], light: '#fff6d8', ground: '#4f7d6b' },
  { name: 'at noon', sky: ['#4f9fdc', '#cfeaf4'], light: '#ffffff', ground: '#3f7a4c' },
  { name: 'in the rain', sky: ['#7d8b99', '#c3ccd2'], light: '#dfe5e8', ground: '#4c5a5e' },
  { name: 'at sunset', sky: ['#6a3d7c', '#ff9d5c'], light: '#ffe08a', ground: '#4a2748' },
  { name: 'at dusk', sky: ['#1f2a55', '#b0628f'], light: '#f4c9d6', ground: '#1c2145' },
  { name: 'by moonlight', sky: ['#0b1330', '#33507f'], light: '#eef2ff', ground: '#101a38' },
] as const;

/** `view-001.webp` to `view-200.webp`: every place at every hour, some of them twice or more. */
export const GALLERY_PICTURES: readonly GalleryPicture[] = Array.from({ length: PICTURES }, (_, index) => {
  const number = String(index + 1).padStart(3, '0');
  const place = PLACES[index % PLACES.length] ?? PLACES[0];
  const hour = HOURS[Math.floor(index / PLACES.length) % HOURS.length] ?? HOURS[0];
  return {
    name: `view-${number}.webp`,
    displayName: `${place.charAt(0).toUpperCase()}${place.slice(1)} ${hour.name}, ${number}`,
    draw: () =>
      sharp(Buffer.from(drawLandscape(landscape(index, hour))))
        .webp({ quality: 70, effort: 0 })
        .toBuffer(),
  };
});

function landscape(index: number, { sky, light, ground }: (typeof HOURS)[number]): Landscape {
  const chance = chances(index + 1);
  return {
    sky,
    light: { colour: light, x: 24 + chance() * 112, y: 24 + chance() * 52, radius: 8 + chance() * 10 },
    ground,
    ridges: [86, 62, 36].map((height) => ({
      height: height + chance() * 14,
      swing: 5 + chance() * 12,
      phase: chance() * 20,
    })),
  };
}

/** Numbers from 0 up to 1 that look random and are the same at every start (mulberry32). */
function chances(seed: number): () => number {
  let state = seed * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
