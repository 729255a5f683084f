/** What makes one drawn landscape different from another. Colours are CSS colours. */
export interface Landscape {
  /** Upper and lower colour of the sky. */
  sky: readonly [string, string];
  /** Sun or moon. */
  light: { colour: string; x: number; y: number; radius: number };
  /** Colour of the nearest ridge; farther ones fade into the sky. */
  ground: string;
  /** From the farthest to the nearest ridge. */
  ridges: readonly Ridge[];
}

/** A line of hills: how high it stands, how far it swings, and where its swing begins. */
export interface Ridge {
  height: number;
  swing: number;
  phase: number;
}

/** Side of the square in which it is drawn. */
const SIDE = 160;
const STEP = 20;

/** @returns an SVG document of 160 by 160 without fonts or links, so that it looks the same on every machine */
export function drawLandscape({ sky, light, ground, ridges }: Landscape): string {
  const [upper, lower] = sky;
  const hills = ridges.map((ridge, index) => {
    const near = (index + 1) / ridges.length;
    return `<path d="${outline(ridge)}" fill="${ground}" opacity="${(0.25 + 0.75 * near ** 2).toFixed(2)}"/>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">` +
    `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${upper}"/>` +
    `<stop offset=".8" stop-color="${lower}"/></linearGradient></defs>` +
    `<rect width="${SIDE}" height="${SIDE}" fill="url(#sky)"/>` +
    `<circle cx="${light.x}" cy="${light.y}" r="${light.radius * 1.6}" fill="${light.colour}" opacity=".25"/>` +
    `<circle cx="${light.x}" cy="${light.y}" r="${light.radius}" fill="${light.colour}"/>` +
    `${hills.join('')}</svg>`
  );
}

function outline({ height, swing, phase }: Ridge): string {
  const points: string[] = [];
  for (let x = 0; x <= SIDE; x += STEP) {
    const y = SIDE - height + swing * Math.sin(phase + x / 28) + (swing / 3) * Math.sin(2.3 * phase + x / 9);
    points.push(`${x} ${y.toFixed(1)}`);
  }
  return `M0 ${SIDE}L${points.join('L')}L${SIDE} ${SIDE}Z`;
}
