/** What the person wears. */
export interface Clothes {
  cut: 'tee' | 'blazer' | 'turtleneck' | 'hoodie' | 'shirt' | 'striped';
  /** Main colour, and one for the collar, shirt or stripes. */
  colours: readonly [string, string];
}

const SHOULDERS =
  'M38 400C40 338 84 316 146 304C164 300 172 296 172 284H228C228 296 236 300 254 304C316 316 360 338 362 400V700H38Z';

/** Draws neck and shoulders; what lies under the chin is shaded. */
export function clothes({ cut, colours }: Clothes, skin: string): string {
  const [main, second] = colours;
  const neck =
    `<path d="M168 240H232V300C232 322 168 322 168 300Z" fill="${skin}"/>` +
    `<path d="M168 262C180 290 220 290 232 262V284C220 306 180 306 168 284Z" fill="#000" opacity=".14"/>`;
  return neck + cuts[cut](main, second, skin);
}

const body = (colour: string) =>
  `<path d="M38 400C40 338 84 316 146 304C150 303 154 302 157 300C166 336 234 336 243 300C246 302 250 303 254 304C316 316 360 338 362 400V700H38Z" fill="${colour}"/>`;

const cuts: Record<Clothes['cut'], (main: string, second: string, skin: string) => string> = {
  tee: (main, second) =>
    body(main) +
    `<path d="M152 302C160 346 240 346 248 302" fill="none" stroke="${second}" stroke-width="9"/>`,
  striped: (main, second) =>
    `<defs><clipPath id="body"><path d="${SHOULDERS}"/></clipPath></defs>` +
    body(main) +
    `<g clip-path="url(#body)" stroke="${second}" stroke-width="11"><path d="M20 352H380M20 380H380M20 408H380M20 436H380M20 464H380M20 492H380"/></g>` +
    `<path d="M152 302C160 346 240 346 248 302" fill="none" stroke="${second}" stroke-width="8"/>`,
  turtleneck: (main, second) =>
    body(main) +
    `<path d="M160 276C176 292 224 292 240 276L246 318C224 338 176 338 154 318Z" fill="${second}"/>` +
    `<path d="M158 300C178 316 222 316 242 300" fill="none" stroke="#000" stroke-width="3" opacity=".15"/>`,
  shirt: (main, second) =>
    body(main) +
    `<path d="M156 296L200 342L170 366L140 310Z M244 296L200 342L230 366L260 310Z" fill="${second}"/>` +
    `<path d="M200 344V700" stroke="#000" stroke-width="3" opacity=".18"/><circle cx="200" cy="376" r="4.5" fill="#000" opacity=".3"/>`,
  blazer: (main, second, skin) =>
    body(second) +
    `<path d="M166 304L200 348L234 304C224 322 176 322 166 304Z" fill="${skin}"/>` +
    `<path d="M38 400C40 338 84 316 146 304L154 298L196 400L186 700H38Z M362 400C360 338 316 316 254 304L246 298L204 400L214 700H362Z" fill="${main}"/>` +
    `<path d="M154 298L128 330L148 342L136 356L196 400Z M246 298L272 330L252 342L264 356L204 400Z" fill="#000" opacity=".18"/>`,
  hoodie: (main, second) =>
    `<path d="M112 326C104 262 132 250 160 262H240C268 250 296 262 288 326Z" fill="${main}"/>` +
    `<path d="M112 326C104 262 132 250 160 262H240C268 250 296 262 288 326Z" fill="#000" opacity=".22"/>` +
    `<path d="M168 240H232V300C232 322 168 322 168 300Z" fill="none"/>` +
    body(main) +
    `<path d="M146 304C160 352 240 352 254 304" fill="none" stroke="#000" stroke-width="10" opacity=".16"/>` +
    `<path d="M176 338V384M224 338V378" stroke="${second}" stroke-width="6" stroke-linecap="round"/>`,
};
