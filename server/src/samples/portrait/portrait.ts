import { backdrop, type Backdrop } from './backdrop.ts';
import { clothes, type Clothes } from './clothes.ts';
import { face, type Face } from './face.ts';
import { hair, type Hair } from './hair.ts';

/** What makes one drawn person different from another. Colours are CSS colours. */
export interface Portrait {
  skin: string;
  face: Face;
  hair: Hair;
  clothes: Clothes;
  backdrop: Backdrop;
}

/** Side of the square in which the person is drawn; a wider or higher picture shows more of the backdrop. */
const SIDE = 400;

/**
 * Draws a person, head and shoulders.
 *
 * @param size width and height in pixels
 * @returns an SVG document without fonts or links, so that it looks the same on every machine
 */
export function drawPortrait(portrait: Portrait, size: { width: number; height: number }): string {
  const scale = SIDE / Math.min(size.width, size.height);
  const width = size.width * scale;
  const height = size.height * scale;
  // In the middle, so that a page that shows squares cuts off nothing but backdrop and body.
  const left = (SIDE - width) / 2;
  const top = (SIDE - height) / 2;
  const { behind, before } = hair(portrait.hair);
  const layers = [
    backdrop(portrait.backdrop, { left, top, width, height }),
    behind,
    clothes(portrait.clothes, portrait.skin),
    head(portrait.skin),
    face(portrait.face, portrait.hair.colour),
    before,
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
    `viewBox="${left} ${top} ${width} ${height}">${layers.join('')}</svg>`
  );
}

function head(skin: string): string {
  const outline =
    'M200 92C252 92 280 130 280 182C280 244 246 288 200 288C154 288 120 244 120 182C120 130 148 92 200 92Z';
  return (
    `<g fill="${skin}"><ellipse cx="119" cy="196" rx="15" ry="22"/><ellipse cx="281" cy="196" rx="15" ry="22"/></g>` +
    `<g fill="#000" opacity=".12"><ellipse cx="119" cy="198" rx="7" ry="12"/><ellipse cx="281" cy="198" rx="7" ry="12"/></g>` +
    `<path d="${outline}" fill="${skin}"/>` +
    `<path d="M280 182C280 244 246 288 200 288C190 288 181 286 172 282C226 270 256 232 262 116C274 134 280 156 280 182Z" fill="#000" opacity=".06"/>`
  );
}
