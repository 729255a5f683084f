/** Expression and what is worn in the face. */
export interface Face {
  eyes: 'open' | 'smiling' | 'wide';
  mouth: 'smile' | 'grin' | 'calm' | 'laugh';
  beard?: 'full' | 'goatee' | 'moustache' | 'stubble';
  glasses?: { form: 'round' | 'square'; colour: string };
  extras?: readonly ('freckles' | 'blush' | 'earrings' | 'wrinkles' | 'lipstick')[];
}

/**
 * Draws the face.
 *
 * @param hairColour for brows and beard
 */
export function face({ eyes, mouth, beard, glasses, extras = [] }: Face, hairColour: string): string {
  const brows =
    `<g fill="none" stroke="${hairColour}" stroke-width="7" stroke-linecap="round" opacity=".9">` +
    `<path d="M150 168C158 160 172 159 182 164"/><path d="M218 164C228 159 242 160 250 168"/></g>`;
  const nose =
    '<path d="M200 192C196 208 190 216 194 220C198 224 204 223 208 220" fill="none" stroke="#000" stroke-width="4" stroke-linecap="round" opacity=".22"/>';
  return [
    extras.includes('blush')
      ? pair((x) => `<circle cx="${x}" cy="226" r="16" fill="#ff5a5f" opacity=".2"/>`, 150)
      : '',
    extras.includes('freckles') ? freckles : '',
    extras.includes('wrinkles') ? wrinkles : '',
    beard ? beards[beard](hairColour) : '',
    nose,
    mouths[mouth](extras.includes('lipstick') ? '#b3243b' : '#7a3030'),
    pair(eyeShapes[eyes], 167),
    brows,
    glasses ? frame(glasses) : '',
    extras.includes('earrings') ? pair((x) => `<circle cx="${x}" cy="226" r="7" fill="#f2c14e"/>`, 116) : '',
  ].join('');
}

/** Draws a thing left and, mirrored, right of the middle line. */
function pair(draw: (x: number) => string, left: number): string {
  return draw(left) + draw(400 - left);
}

const eyeShapes: Record<Face['eyes'], (x: number) => string> = {
  open: (x) =>
    `<ellipse cx="${x}" cy="194" rx="7.5" ry="9" fill="#23202a"/><circle cx="${x + 3}" cy="190" r="2.6" fill="#fff"/>`,
  wide: (x) =>
    `<ellipse cx="${x}" cy="194" rx="14" ry="11" fill="#fff"/><circle cx="${x}" cy="194" r="8" fill="#23202a"/>` +
    `<circle cx="${x + 3}" cy="191" r="2.6" fill="#fff"/>`,
  smiling: (x) =>
    `<path d="M${x - 13} 197C${x - 8} 186 ${x + 8} 186 ${x + 13} 197" fill="none" stroke="#23202a" stroke-width="6" stroke-linecap="round"/>`,
};

const mouths: Record<Face['mouth'], (lips: string) => string> = {
  smile: (lips) =>
    `<path d="M172 242C184 258 216 258 228 242" fill="none" stroke="${lips}" stroke-width="6" stroke-linecap="round"/>`,
  calm: (lips) =>
    `<path d="M178 247C190 252 210 252 222 247" fill="none" stroke="${lips}" stroke-width="6" stroke-linecap="round"/>`,
  grin: (lips) =>
    `<path d="M168 238C180 244 220 244 232 238C228 264 172 264 168 238Z" fill="#fff" stroke="${lips}" stroke-width="4" stroke-linejoin="round"/>`,
  laugh: (lips) =>
    `<path d="M166 236H234C232 272 168 272 166 236Z" fill="${lips}"/><path d="M172 236H228V244H172Z" fill="#fff"/>` +
    `<path d="M180 258C190 250 210 250 220 258C212 266 188 266 180 258Z" fill="#e0606e"/>`,
};

const beards: Record<NonNullable<Face['beard']>, (colour: string) => string> = {
  full: (colour) =>
    `<path d="M120 190C124 220 140 226 156 224C176 214 224 214 244 224C260 226 276 220 280 190C284 262 250 306 200 306C150 306 116 262 120 190Z" fill="${colour}"/>`,
  goatee: (colour) =>
    `<path d="M172 232C182 222 218 222 228 232C216 230 208 232 200 234C192 232 184 230 172 232Z M180 270C190 266 210 266 220 270C226 288 214 298 200 298C186 298 174 288 180 270Z" fill="${colour}"/>`,
  moustache: (colour) =>
    `<path d="M200 228C186 220 166 224 158 238C176 242 190 238 200 234C210 238 224 242 242 238C234 224 214 220 200 228Z" fill="${colour}"/>`,
  stubble: (colour) =>
    `<path d="M122 200C128 226 146 232 160 228C180 220 220 220 240 228C254 232 272 226 278 200C276 256 244 288 200 288C156 288 124 256 122 200Z" fill="${colour}" opacity=".28"/>`,
};

function frame({ form, colour }: NonNullable<Face['glasses']>): string {
  const lens =
    form === 'round'
      ? (x: number) => `<circle cx="${x}" cy="196" r="27"/>`
      : (x: number) => `<rect x="${x - 29}" y="175" width="58" height="42" rx="10"/>`;
  return `<g fill="#fff" fill-opacity=".14" stroke="${colour}" stroke-width="6">${pair(lens, 166)}<path d="M193 192C197 188 203 188 207 192M138 190L122 186M262 190L278 186" fill="none"/></g>`;
}

const freckles = `<g fill="#8a4b2a" opacity=".45">${[
  [150, 218],
  [160, 224],
  [170, 216],
  [230, 216],
  [240, 224],
  [250, 218],
  [194, 206],
  [207, 208],
]
  .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.6"/>`)
  .join('')}</g>`;

const wrinkles =
  '<g fill="none" stroke="#000" stroke-width="3" stroke-linecap="round" opacity=".16">' +
  '<path d="M172 134C190 129 210 129 228 134M178 146C192 142 208 142 222 146M156 232C150 240 150 250 154 258M244 232C250 240 250 250 246 258"/></g>';
