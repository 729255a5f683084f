/** What Angular takes where `IMAGE_CONFIG` names no breakpoints. */
const BREAKPOINTS = [16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840];

/** Above this an image without `sizes` gets no automatic `srcset`, as in NgOptimizedImage. */
const MAX_FIXED_WIDTH = 1920;
const MAX_FIXED_HEIGHT = 1080;

/** With `sizes="100vw"` nothing narrower is of use. */
const MIN_FULL_WIDTH = 640;

/** The inputs of NgOptimizedImage that decide which widths it offers. */
export interface SrcsetInputs {
  readonly ngSrcset: string | undefined;
  readonly sizes: string | undefined;
  readonly fill: boolean;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly disableOptimizedSrcset: boolean;
}

/** One entry of a `srcset`: what stands behind the URL (`640w`, `2x`), and how many pixels wide that is. */
export interface SrcsetWidth {
  readonly descriptor: string;
  readonly width: number;
}

/**
 * The entries that NgOptimizedImage would make, known before it makes them, so that all can be signed in one request.
 */
export function srcsetWidths(
  inputs: SrcsetInputs,
  breakpoints: readonly number[] = BREAKPOINTS,
): SrcsetWidth[] {
  const { ngSrcset, width = 0, height = 0, disableOptimizedSrcset } = inputs;
  if (ngSrcset) {
    const descriptors = ngSrcset.split(',').map((each) => each.trim());
    return descriptors.filter(Boolean).map((descriptor) => {
      const times = parseFloat(descriptor);
      return { descriptor, width: descriptor.endsWith('w') ? times : times * width };
    });
  }
  if (disableOptimizedSrcset) return [];
  const sizes = inputs.sizes ?? (inputs.fill ? '100vw' : '');
  if (sizes) {
    const narrowest = sizes.trim() === '100vw' ? MIN_FULL_WIDTH : 0;
    return breakpoints
      .filter((each) => each >= narrowest)
      .sort((a, b) => a - b)
      .map((each) => ({ descriptor: `${each}w`, width: each }));
  }
  if (width > MAX_FIXED_WIDTH || height > MAX_FIXED_HEIGHT) return [];
  return [1, 2].map((times) => ({ descriptor: `${times}x`, width: times * width }));
}
