/** The picture's area in the coordinates of the drawing. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is behind the person. */
export interface Backdrop {
  scene: 'sun' | 'hills' | 'dots' | 'stripes' | 'rings' | 'window' | 'leaves' | 'plain';
  /** Upper and lower colour of the ground, and one for the shapes on it. */
  colours: readonly [string, string, string];
}

/** Draws the ground and its shapes so that they fill the whole area. */
export function backdrop({ scene, colours }: Backdrop, area: Area): string {
  const { left, top, width, height } = area;
  const [upper, lower, shape] = colours;
  const ground =
    `<defs><linearGradient id="ground" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${upper}"/>` +
    `<stop offset="1" stop-color="${lower}"/></linearGradient></defs>` +
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="url(#ground)"/>`;
  return ground + `<g fill="${shape}">${scenes[scene](area, shape)}</g>`;
}

const scenes: Record<Backdrop['scene'], (area: Area, colour: string) => string> = {
  plain: () => '<circle cx="200" cy="210" r="170" opacity=".55"/>',
  sun: ({ left, top, width }) =>
    `<circle cx="${left + width * 0.76}" cy="${top + 110}" r="84" opacity=".9"/>` +
    `<circle cx="${left + width * 0.76}" cy="${top + 110}" r="120" opacity=".25"/>`,
  hills: ({ left, top, width, height }) => {
    const right = left + width;
    const low = top + height;
    return (
      `<path d="M${left} 260C${left + width * 0.2} 170 ${left + width * 0.4} 190 200 250S${right - width * 0.2} 170 ${right} 220V${low}H${left}Z" opacity=".5"/>` +
      `<path d="M${left} 330C${left + width * 0.25} 260 ${left + width * 0.5} 300 ${right} 270V${low}H${left}Z" opacity=".8"/>`
    );
  },
  dots: ({ left, top, width, height }) => {
    const dots: string[] = [];
    for (let row = 0; row * 50 < height + 50; row++) {
      for (let column = 0; column * 50 < width + 50; column++) {
        dots.push(`<circle cx="${left + column * 50 + (row % 2) * 25}" cy="${top + row * 50}" r="8"/>`);
      }
    }
    return `<g opacity=".6">${dots.join('')}</g>`;
  },
  stripes: ({ left, top, width, height }) => {
    const stripes: string[] = [];
    for (let x = left - height; x < left + width; x += 72) {
      stripes.push(`<path d="M${x} ${top + height}L${x + height} ${top}h36L${x + 36} ${top + height}Z"/>`);
    }
    return `<g opacity=".45">${stripes.join('')}</g>`;
  },
  rings: ({ left, top }, colour) => {
    const rings = [60, 120, 180, 240, 300].map(
      (r) => `<circle cx="${left + 70}" cy="${top + 60}" r="${r}"/>`,
    );
    return `<g fill="none" stroke="${colour}" stroke-width="22" opacity=".55">${rings.join('')}</g>`;
  },
  window: ({ left, top, width }) => {
    const panes = [0, 1, 2].map((n) => {
      const x = left + width * (0.08 + n * 0.3);
      return `<rect x="${x}" y="${top + 36}" width="${width * 0.24}" height="230" rx="14" opacity="${0.75 - n * 0.2}"/>`;
    });
    return panes.join('');
  },
  leaves: ({ left, top, width, height }) => {
    const leaf = 'M0 0C34 -46 34 -96 0 -140C-34 -96 -34 -46 0 0Z';
    const place = (x: number, y: number, angle: number) =>
      `<path d="${leaf}" transform="translate(${x} ${y}) rotate(${angle})"/>`;
    const right = left + width;
    const low = top + height;
    return (
      `<g opacity=".8">${place(left + 20, low - 120, 20)}${place(left + 40, low - 70, 60)}${place(left, low - 190, -6)}` +
      `${place(right - 20, low - 120, -20)}${place(right - 40, low - 70, -60)}${place(right, low - 190, 6)}</g>`
    );
  },
};
