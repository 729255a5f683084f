/** Widths in which there are pictures of a resource, pixels. */
export const DERIVATIVE_WIDTHS = [160, 320, 640, 1280] as const;

/** Formats in which there are pictures of a resource. */
export const DERIVATIVE_FORMATS = ['webp', 'avif'] as const;

export type DerivativeWidth = (typeof DERIVATIVE_WIDTHS)[number];
export type DerivativeFormat = (typeof DERIVATIVE_FORMATS)[number];

/** A picture of a resource. */
export interface Derivative {
  /** At most so many pixels wide; never wider than the original. */
  width: DerivativeWidth;
  format: DerivativeFormat;
  /** Names it among those of one resource, e.g. `640.webp`. */
  name: string;
}

/** A derivative, and of which path it is one. */
export interface DerivedPath {
  /** Of the resource: whose right is the right of the derivative. */
  of: string;
  derivative: Derivative;
}

/** Begins the last segment of the path of a derivative. No stored name begins so. */
const MARK = '~';
const MARK_CODE = MARK.charCodeAt(0);

const derivatives: ReadonlyMap<string, Derivative> = new Map(
  DERIVATIVE_WIDTHS.flatMap((width) =>
    DERIVATIVE_FORMATS.map((format) => {
      const name = `${width}.${format}`;
      return [name, { width, format, name }];
    }),
  ),
);

/** Ends of paths that are derivatives' alone: with each, what is under a path may have been derived from it. */
export const DERIVED_ENDS: readonly string[] = [...derivatives.keys()].map((name) => `/${MARK}${name}`);

/** @returns the derivative of this width and format */
export function derivativeOf(width: DerivativeWidth, format: DerivativeFormat = 'webp'): Derivative {
  const found = derivatives.get(`${width}.${format}`);
  if (!found) throw new RangeError(`there is no derivative ${width}.${format}`);
  return found;
}

/**
 * @param path of a resource, e.g. `public/team/ada.jpg`
 * @returns the path of its derivative, e.g. `public/team/ada.jpg/~640.webp`
 */
export function pathOfDerivative(path: string, { name }: Derivative): string {
  return `${path}/${MARK}${name}`;
}

/** @returns what a path names when it is that of a derivative; undefined: it is any other path */
export function derivedPath(path: string): DerivedPath | undefined {
  const slash = path.lastIndexOf('/');
  // Nearly every path ends here, and each request asks.
  if (path.charCodeAt(slash + 1) !== MARK_CODE || slash <= 0) return undefined;
  const derivative = derivatives.get(path.slice(slash + 2));
  return derivative && { of: path.slice(0, slash), derivative };
}
