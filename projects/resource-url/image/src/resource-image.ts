import {
  IMAGE_CONFIG,
  IMAGE_LOADER,
  isPlatformServer,
  NgOptimizedImage,
  type ImageLoaderConfig,
} from '@angular/common';
import {
  afterNextRender,
  ChangeDetectorRef,
  computed,
  DestroyRef,
  Directive,
  effect,
  ElementRef,
  inject,
  Input,
  input,
  PLATFORM_ID,
  Renderer2,
  signal,
  SimpleChange,
  untracked,
  type OnInit,
} from '@angular/core';
import {
  ResourceUrlService,
  ɵRESOURCE_URL_SETTINGS,
  ɵwhenNearViewport,
  type ResourceRef,
  type UrlOptions,
} from '@countersign/angular';
import { DeliveryPreconnect } from './delivery-preconnect.ts';
import { ElementImageLoader } from './element-image-loader.ts';
import { IMAGE_CANDIDATE, type ImageCandidate } from './image-candidate.ts';
import { derivedImage, IMAGE_DERIVATIVES } from './image-derivatives.ts';
import { imageLabel } from './image-label.ts';
import { ImageUrls, type ImageView } from './image-urls.ts';
import { srcsetWidths } from './srcset-widths.ts';

declare const ngDevMode: boolean | undefined;

/** What Angular takes where `IMAGE_CONFIG` does not say. */
const PLACEHOLDER_WIDTH = 30;

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
@Directive({
  selector: 'img[resourceImage]',
  providers: [
    ElementImageLoader,
    {
      provide: IMAGE_LOADER,
      useFactory: () => {
        const loader = inject(ElementImageLoader);
        return (config: ImageLoaderConfig) => loader.load(config);
      },
    },
  ],
  host: {
    '[attr.width]': 'fill ? null : width',
    '[attr.height]': 'fill ? null : height',
    '[attr.aria-busy]': 'busy() || null',
    '[style.display]': 'waiting() && inline() ? "inline-block" : null',
    '[style.overflow]': 'waiting() ? "hidden" : null',
    '(error)': 'reportBroken()',
  },
})
export class ResourceImage extends NgOptimizedImage implements OnInit {
  /** The image. `undefined` shows none. */
  readonly resourceImage = input.required<ResourceRef | undefined>();
  /** What to ask for beyond the reference, as for `ResourceUrlService.getUrl`. */
  readonly resourceOptions = input<UrlOptions>();
  /**
   * Which resource holds the image at which width. Left out: what `provideImageCandidates` says, else what
   * `provideImageDerivatives` offers, else none.
   */
  readonly candidate = input<ImageCandidate>();

  /** Written by the directive: what messages call the image. */
  @Input() override ngSrc = '';

  readonly #service = inject(ResourceUrlService);
  readonly #settings = inject(ɵRESOURCE_URL_SETTINGS);
  readonly #preconnect = inject(DeliveryPreconnect);
  readonly #loader = inject(ElementImageLoader, { self: true });
  readonly #provided = inject(IMAGE_CANDIDATE, { optional: true });
  readonly #derivatives = inject(IMAGE_DERIVATIVES, { optional: true });
  readonly #config = inject(IMAGE_CONFIG);
  readonly #element = inject<ElementRef<HTMLImageElement>>(ElementRef).nativeElement;
  readonly #renderer = inject(Renderer2);
  readonly #changes = inject(ChangeDetectorRef);

  /** The image is near the viewport, or does not wait for that. */
  readonly #wanted = signal(false);
  readonly #urls = signal<ImageUrls | undefined>(undefined);
  /** The same as long as the reference and the options say the same, whatever objects they are. */
  readonly #identity = computed(() => JSON.stringify([this.resourceImage(), this.resourceOptions()]));
  /** What was not to be had as a smaller picture, and is shown as it is. */
  readonly #whole = signal<string | undefined>(undefined);
  #ngSrcset: string | undefined;
  #started = false;
  #stopWaiting = (): void => undefined;
  /** Styles leave the element inline. The server cannot know; most pages do. */
  protected readonly inline = signal(isPlatformServer(inject(PLATFORM_ID)));

  /** URLs are being signed. */
  protected readonly busy = computed(() => this.#urls()?.settled() === false);

  /**
   * There is nothing to show. Browsers lay such an image out as its text: it needs styles to have the size and the
   * baseline of the image.
   */
  protected readonly waiting = computed(() => !this.#urls()?.view());

  constructor() {
    super();
    afterNextRender({ earlyRead: () => this.#readDisplay() });
    effect(() => this.#ask());
    effect(() => {
      const urls = this.#urls();
      const view = urls?.view();
      if (urls?.derived && urls.settled() && (!view || view.fallback)) this.#whole.set(this.#identity());
      else this.#show(view);
    });
    inject(DestroyRef).onDestroy(() => {
      this.#stopWaiting();
      this.#stop();
    });
  }

  /** NgOptimizedImage's own part has to wait until there is something to show. */
  override ngOnInit(): void {
    this.#ngSrcset = this.ngSrcset;
    const eager = this.loading !== undefined && this.loading !== 'lazy';
    if (this.priority || eager) this.#wanted.set(true);
  }

  /** The browser could not show what it was given: a new URL once, then the fallback. */
  protected reportBroken(): void {
    this.#urls()?.broken(this.#element.currentSrc, this.#element.baseURI);
  }

  #readDisplay(): void {
    const { style } = this.#element;
    const { display } = style;
    // What the server wrote says nothing about the page's own styles.
    if (this.inline()) style.display = '';
    const { display: computedDisplay } = getComputedStyle(this.#element);
    if (this.inline()) style.display = display;
    this.inline.set(computedDisplay === 'inline');
  }

  #ask(): void {
    const whole = this.#whole() === this.#identity();
    const candidate = this.candidate() ?? this.#provided ?? undefined;
    const wanted = this.#wanted();
    untracked(() => {
      this.#stopWaiting();
      this.#stop();
      const ref = this.resourceImage();
      if (ref === undefined) return;
      const urls = this.#plan(ref, candidate, whole);
      if (wanted || urls.atHand) {
        urls.listen();
        this.#urls.set(urls);
      } else {
        this.#stopWaiting = ɵwhenNearViewport(this.#element, () => this.#wanted.set(true));
      }
    });
  }

  #plan(ref: ResourceRef, candidate: ImageCandidate | undefined, whole: boolean): ImageUrls {
    const { breakpoints, placeholderResolution = PLACEHOLDER_WIDTH } = this.#config;
    const options = this.resourceOptions();
    const smaller = candidate || whole ? null : this.#derivatives;
    const derived = smaller ? derivedImage(ref, options, smaller, this.#settings) : undefined;
    const { sizes, fill, width, height, disableOptimizedSrcset } = this;
    const ngSrcset = this.#ngSrcset;
    const inputs = { ngSrcset, sizes, fill, width, height, disableOptimizedSrcset };
    return new ImageUrls(this.#service, {
      ref,
      options: derived?.options ?? options,
      candidate: candidate ?? derived?.candidate,
      derived: derived !== undefined,
      widths: srcsetWidths(inputs, derived ? smaller?.widths : breakpoints),
      placeholderWidth: this.placeholder === true ? placeholderResolution : undefined,
      fallback: this.#settings.fallback,
    });
  }

  #stop(): void {
    this.#urls()?.stop();
    this.#urls.set(undefined);
  }

  #show(view: ImageView | undefined): void {
    untracked(() => {
      if (view && !view.fallback) this.#optimize(view);
      this.#write('src', view?.src);
      if (!view?.candidates.length) this.#write('srcset', undefined);
      // The background of a placeholder is a host binding, and what it shows may have changed.
      if (this.placeholder === true) this.#changes.markForCheck();
    });
  }

  /** Lets NgOptimizedImage write everything else. */
  #optimize(view: ImageView): void {
    this.#loader.use(view, this.priority);
    this.ngSrc = imageLabel(this.resourceImage() ?? '');
    const descriptors = view.candidates.map(({ descriptor }) => descriptor);
    // Empty is not the same as absent there.
    Object.assign(this, { ngSrcset: descriptors.join(', ') || undefined });
    if (this.#started) {
      super.ngOnChanges({ ngSrc: new SimpleChange(this.ngSrc, this.ngSrc, false) });
      return;
    }
    this.#started = true;
    this.disableOptimizedSrcset = true;
    if (this.priority) this.#prioritize(view.src);
    const { sizes } = this;
    // Where there is nothing to choose from, Angular takes sizes in pixels for a mistake.
    if (!descriptors.length) Object.assign(this, { sizes: undefined });
    super.ngOnInit();
    if (descriptors.length || !sizes) return;
    Object.assign(this, { sizes });
    this.#write('sizes', this.#element.loading === 'lazy' ? `auto, ${sizes}` : sizes);
  }

  /** Keeps NgOptimizedImage from asking for links to the page itself, to nowhere, or to what nobody configured. */
  #prioritize(src: string): void {
    if (/^(?:data|blob):/i.test(src)) {
      Object.assign(this, { priority: false, loading: 'eager', decoding: 'sync' });
    } else if (typeof ngDevMode === 'undefined' || ngDevMode) {
      this.#preconnect.addFor(src);
    }
  }

  #write(name: 'src' | 'srcset' | 'sizes', value: string | undefined): void {
    if (value === undefined) this.#renderer.removeAttribute(this.#element, name);
    else this.#renderer.setAttribute(this.#element, name, value);
  }
}
