/** Hair or what covers it. */
export interface Hair {
  style: keyof typeof styles;
  colour: string;
  /** Headband, cap, scarf or hair tie. */
  accent?: string;
}

/** Draws hair in two layers: behind head and shoulders, and before the face. */
export function hair({ style, colour, accent = '#ffffff' }: Hair): { behind: string; before: string } {
  const draw: Style = styles[style];
  const { behind = '', before } = draw(colour, accent);
  return { behind, before };
}

type Style = (colour: string, accent: string) => { behind?: string; before: string };

const path = (d: string, colour: string, more = '') => `<path d="${d}" fill="${colour}" ${more}/>`;
const shade = (d: string) => path(d, '#000', 'opacity=".14"');
const light = (d: string) =>
  `<path d="${d}" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".18"/>`;

/** The cap of hair that most styles begin with: over the forehead, down to the ears. */
const CROWN =
  'M116 190C104 112 146 74 200 74C254 74 296 112 284 190C280 168 274 150 262 138C236 144 176 140 150 128C132 142 120 164 116 190Z';

const styles = {
  short: (colour) => ({ before: path(CROWN, colour) + light('M158 102C172 92 192 88 210 88') }),

  quiff: (colour) => ({
    before:
      path(
        'M118 184C108 140 118 108 146 96C150 66 214 50 256 72C252 80 250 84 252 88C284 104 290 142 282 184C276 158 270 144 258 134C220 142 180 128 162 118C140 134 124 156 118 184Z',
        colour,
      ) + light('M170 88C190 74 216 70 234 76'),
  }),

  buzz: (colour) => ({
    before: path(
      'M122 172C118 116 154 86 200 86C246 86 282 116 278 172C270 140 250 124 200 122C150 124 130 140 122 172Z',
      colour,
      'opacity=".85"',
    ),
  }),

  bald: (colour) => ({
    before:
      path(
        'M120 196C112 176 114 156 122 144C124 160 124 178 126 194Z M280 196C288 176 286 156 278 144C276 160 276 178 274 194Z',
        colour,
      ) + light('M168 110C180 104 194 102 206 104'),
  }),

  bob: (colour) => ({
    behind: path(
      'M104 262C88 120 128 66 200 66C272 66 312 120 296 262C290 280 262 284 250 276H150C138 284 110 280 104 262Z',
      colour,
    ),
    before:
      path(
        'M110 214C104 120 146 76 200 76C254 76 296 120 290 214C276 198 270 170 266 148C224 154 168 146 146 126C138 160 126 192 110 214Z',
        colour,
      ) + light('M156 104C170 92 192 86 214 88'),
  }),

  fringe: (colour) => ({
    behind: path('M100 300C84 130 124 64 200 64C276 64 316 130 300 300C286 316 120 316 100 300Z', colour),
    before:
      path(
        'M112 226C102 122 142 74 200 74C258 74 298 122 288 226C280 206 276 186 272 158C226 168 174 168 128 158C124 186 120 206 112 226Z',
        colour,
      ) + shade('M128 158C174 168 226 168 272 158L272 166C226 178 174 178 128 166Z'),
  }),

  wavy: (colour) => ({
    behind: path(
      'M110 130C70 170 104 206 84 246C66 284 96 300 84 342C110 366 150 352 160 330H240C250 352 290 366 316 342C304 300 334 284 316 246C296 206 330 170 290 130C272 66 128 66 110 130Z',
      colour,
    ),
    before:
      path(
        'M100 240C90 120 140 72 204 74C264 76 310 122 300 240C272 222 288 174 258 146C238 136 222 122 214 106C196 134 154 146 138 156C112 180 128 218 100 240Z',
        colour,
      ) + light('M152 108C164 96 178 90 190 88'),
  }),

  bun: (colour, accent) => ({
    behind: path('M154 64a46 42 0 1 0 92 0a46 42 0 1 0 -92 0Z', colour),
    before:
      path(
        'M116 188C106 114 146 78 200 78C254 78 294 114 284 188C278 160 268 142 250 128C216 118 184 118 150 128C132 142 122 160 116 188Z',
        colour,
      ) +
      `<path d="M164 86C184 78 216 78 236 86" fill="none" stroke="${accent}" stroke-width="9" stroke-linecap="round"/>`,
  }),

  afro: (colour) => ({
    behind: path(cloud(200, 148, 118, 12), colour),
    before: path(
      'M112 190C106 120 150 92 200 92C250 92 294 120 288 190C278 160 262 146 248 138C216 128 184 128 152 138C138 146 122 160 112 190Z',
      colour,
    ),
  }),

  curls: (colour) => ({
    before:
      [
        [128, 152, 26],
        [138, 116, 30],
        [170, 92, 32],
        [206, 84, 32],
        [240, 98, 31],
        [266, 126, 28],
        [274, 158, 22],
        [190, 116, 26],
        [228, 120, 24],
        [158, 126, 22],
      ]
        .map(([x, y, r]) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}"/>`)
        .join('') + light('M150 104C158 92 170 84 182 80'),
  }),

  ponytail: (colour, accent) => ({
    behind:
      path('M262 96C330 96 344 170 322 238C314 262 300 274 288 276C300 240 296 180 262 150Z', colour) +
      `<circle cx="272" cy="112" r="16" fill="${accent}"/>`,
    before:
      path(
        'M116 192C106 112 148 76 202 76C256 76 296 114 284 192C280 164 270 142 250 130C216 138 172 134 150 132C132 146 122 166 116 192Z',
        colour,
      ) + light('M154 106C170 92 194 88 214 90'),
  }),

  braids: (colour, accent) => ({
    behind:
      [
        [96, 250],
        [92, 280],
        [92, 310],
        [96, 340],
        [304, 250],
        [308, 280],
        [308, 310],
        [304, 340],
      ]
        .map(([x, y]) => `<ellipse cx="${x}" cy="${y}" rx="20" ry="21" fill="${colour}"/>`)
        .join('') +
      path('M100 246C84 120 126 68 200 68C274 68 316 120 300 246C284 262 116 262 100 246Z', colour) +
      `<circle cx="98" cy="362" r="11" fill="${accent}"/><circle cx="302" cy="362" r="11" fill="${accent}"/>`,
    before: path(
      'M112 220C100 118 146 76 200 76C254 76 300 118 288 220C278 176 256 146 200 100C144 146 122 176 112 220Z',
      colour,
    ),
  }),

  headscarf: (colour, accent) => ({
    behind: path(
      'M92 220C84 110 130 56 200 56C270 56 316 110 308 220C316 300 340 330 330 372H70C60 330 84 300 92 220Z',
      accent,
    ),
    before:
      path(
        'M92 220C84 110 130 56 200 56C270 56 316 110 308 220C306 268 268 330 200 330C132 330 94 268 92 220ZM126 196C126 250 158 292 200 292C242 292 274 250 274 196C274 142 246 112 200 112C154 112 126 142 126 196Z',
        accent,
        'fill-rule="evenodd"',
      ) +
      shade(
        'M118 280C150 330 250 330 282 280C290 320 270 366 214 380C250 350 240 336 200 336C160 336 130 316 118 280Z',
      ) +
      path(
        'M136 142C154 122 176 114 200 114C224 114 246 122 264 142C246 130 224 124 200 124C176 124 154 130 136 142Z',
        colour,
        'opacity=".35"',
      ),
  }),

  beanie: (colour, accent) => ({
    before:
      path(
        'M116 196C110 176 112 160 118 150H130C126 166 124 182 124 196ZM284 196C290 176 288 160 282 150H270C274 166 276 182 276 196Z',
        colour,
      ) +
      path('M108 146C104 74 152 46 200 46C248 46 296 74 292 146Z', accent) +
      path(
        'M102 132H298C306 132 308 138 308 146C308 156 304 160 298 160H102C96 160 92 156 92 146C92 138 94 132 102 132Z',
        accent,
      ) +
      shade(
        'M102 132H298C306 132 308 138 308 146C308 156 304 160 298 160H102C96 160 92 156 92 146C92 138 94 132 102 132Z',
      ) +
      `<circle cx="200" cy="44" r="20" fill="#fff" opacity=".85"/>`,
  }),

  turban: (_colour, accent) => ({
    before:
      path(
        'M104 158C92 84 146 40 204 42C264 44 308 88 296 158C272 128 240 116 200 116C160 116 128 128 104 158Z',
        accent,
      ) +
      shade(
        'M104 158C116 104 176 78 262 62C240 92 168 106 104 158ZM296 158C290 122 262 92 222 78C256 104 276 128 296 158Z',
      ) +
      `<circle cx="200" cy="92" r="9" fill="#f6e7b4"/>`,
  }),
} satisfies Record<string, Style>;

/** A ring of bulges around a centre. */
function cloud(x: number, y: number, radius: number, bulges: number): string {
  const points = Array.from({ length: bulges }, (_, n) => {
    const angle = (2 * Math.PI * n) / bulges;
    return `${(x + radius * Math.cos(angle)).toFixed(1)} ${(y + radius * Math.sin(angle)).toFixed(1)}`;
  });
  const bulge = (radius * Math.sin(Math.PI / bulges) * 1.15).toFixed(1);
  const arcs = [...points.slice(1), points[0]].map((point) => `A${bulge} ${bulge} 0 0 1 ${point}`);
  return `M${points[0]}${arcs.join('')}Z`;
}
