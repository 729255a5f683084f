import * as i0 from "@angular/core";
import { InjectionToken, OnInit, Provider } from "@angular/core";
import { ResourceRef, UrlOptions, ɵresolveTarget } from "@countersign/angular";
import { NgOptimizedImage } from "@angular/common";
/**
 * Names the resource that holds an image at a width.
 *
 * ```ts
 * const derivative: ImageCandidate = (ref, width) =>
 *   typeof ref === 'string' && width <= 1280 ? ref.replace(/([^/]+)$/, `${width}/$1`) : undefined;
 * ```
 *
 * @param ref what `resourceImage` names
 * @param width in pixels of the image file, a whole number above 0
 * @returns the resource to offer for that width, the same `ref` when there is no other, or `undefined` to offer
 *   nothing for it
 */
type ImageCandidate = (ref: ResourceRef, width: number) => ResourceRef | undefined;
/** What images do that have no `candidate` of their own. */
declare const IMAGE_CANDIDATE: InjectionToken<ImageCandidate>;
/**
 * Says which resources hold smaller and larger versions of the images shown with `resourceImage`. It can be provided
 * for the application, a route or a component.
 *
 * ```ts
 * // public/team/a.jpg at width 640 is public/team/640/a.jpg
 * provideImageCandidates((ref, width) =>
 *   typeof ref === 'string' ? ref.replace(/([^/]+)$/, `${width}/$1`) : undefined,
 * );
 * ```
 */
export declare function provideImageCandidates(candidate: ImageCandidate): Provider;
/** In which widths and format smaller pictures are asked for. */
interface ImageDerivatives {
  /** Pixels; those of the server, or some of them. Left out: 160, 320, 640, 1280. */
  readonly widths?: readonly number[];
  /** Left out: `webp`. */
  readonly format?: 'webp' | 'avif';
}
/** Which smaller pictures there are of images that have no `candidate`. */
declare const IMAGE_DERIVATIVES: InjectionToken<Required<ImageDerivatives>>;
/**
 * Shows images with the smaller pictures that a Countersign server makes of them: for each width that `resourceImage`
 * needs, the smallest one that is wide enough, and the original where none is, where one cannot be had, and in
 * development mode. The original is not signed unless it is shown. It can be provided for the application, a route or a
 * component.
 *
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [provideResourceUrls({ api: '/api/resources' }), provideImageDerivatives()],
 * });
 * ```
 */
export declare function provideImageDerivatives({ widths, format }?: ImageDerivatives): Provider;
/** How one image is asked for by its derivatives. */
interface DerivedImage {
  /** The picture for a width; the image itself where no picture is wide enough. */
  readonly candidate: ImageCandidate;
  /** What makes a picture the same request as the image: its reason and its lifetime. */
  readonly options: UrlOptions;
}
/**
 * @param ref of the original
 * @returns nothing where there are no derivatives: in development, and of what is signed by nobody
 */
declare function derivedImage(ref: ResourceRef, options: UrlOptions | undefined, { widths, format }: Required<ImageDerivatives>, settings: Parameters<typeof ɵresolveTarget>[2] & {
  readonly production: boolean;
}): DerivedImage | undefined;
/**
 * NgOptimizedImage for a resource: what it does with `ngSrc`, this does with a reference, once its URL is signed.
 *
 * ```html
 * <img resourceImage="public/team/ada.jpg" width="640" height="400" alt="Ada Lovelace" />
 * <img [resourceImage]="{ kind: 'teamPhoto', name: 'ada.jpg' }" width="640" height="400" priority alt="Ada" />
 * ```
 *
 * The inputs of NgOptimizedImage (`width`, `height`, `fill`, `priority`, `sizes`, `ngSrcset`, `placeholder`,
 * `loading`, `decoding`) work as there, with its rules and messages. `src` and every candidate of `srcset` are signed
 * in one request, together with every other image of the turn. Images are signed near the viewport; those with
 * `priority` or `loading="eager"`, and those whose URLs are at hand, at once. Until then, and while rendering on the
 * server, the element has its size and no `src`.
 */
export declare class ResourceImage extends NgOptimizedImage implements OnInit {
  #private;
  /** The image. `undefined` shows none. */
  readonly resourceImage: import("@angular/core").InputSignal<ResourceRef | undefined>;
  /** What to ask for beyond the reference, as for `ResourceUrlService.getUrl`. */
  readonly resourceOptions: import("@angular/core").InputSignal<UrlOptions | undefined>;
  /**
   * Which resource holds the image at which width. Left out: what `provideImageCandidates` says, else what
   * `provideImageDerivatives` offers, else none.
   */
  readonly candidate: import("@angular/core").InputSignal<ImageCandidate | undefined>;
  /** Written by the directive: what messages call the image. */
  ngSrc: string;
  /** Styles leave the element inline. The server cannot know; most pages do. */
  protected readonly inline: import("@angular/core").WritableSignal<boolean>;
  /** URLs are being signed. */
  protected readonly busy: import("@angular/core").Signal<boolean>;
  /**
   * There is nothing to show. Browsers lay such an image out as its text: it needs styles to have the size and the
   * baseline of the image.
   */
  protected readonly waiting: import("@angular/core").Signal<boolean>;
  constructor();
  /** NgOptimizedImage's own part has to wait until there is something to show. */
  ngOnInit(): void;
  /** The browser could not show what it was given: a new URL once, then the fallback. */
  protected reportBroken(): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceImage, never>;
  static ɵdir: i0.ɵɵDirectiveDeclaration<ResourceImage, "img[resourceImage]", never, {
    "resourceImage": {
      "alias": "resourceImage";
      "required": true;
      "isSignal": true;
    };
    "resourceOptions": {
      "alias": "resourceOptions";
      "required": false;
      "isSignal": true;
    };
    "candidate": {
      "alias": "candidate";
      "required": false;
      "isSignal": true;
    };
    "ngSrc": {
      "alias": "ngSrc";
      "required": false;
    };
  }, {}, never, never, true, never>;
}
export type { ImageCandidate, ImageDerivatives };
