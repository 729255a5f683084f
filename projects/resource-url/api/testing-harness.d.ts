import { BaseHarnessFilters, ComponentHarness, ComponentHarnessConstructor, HarnessPredicate } from "@angular/cdk/testing";
/** Which of several elements is meant. */
interface ResourceElementFilters extends BaseHarnessFilters {
  /** What `getPath()` answers, e.g. `public/team/avatar-2.jpg` or `/avatar-2/`. */
  readonly path?: string | RegExp;
}
/** What the harnesses of pictures, media and links have in common. */
export declare abstract class ResourceElementHarness extends ComponentHarness {
  /** The attribute that takes the URL. */
  protected abstract readonly urlAttribute: 'src' | 'href';
  /** The URL that is set, as it was handed out, or `null` when there is none yet. */
  getUrl(): Promise<string | null>;
  /**
   * The decoded path that the URL opens, or `null` when there is none yet: of the URLs that `FakeResourceUrls` makes
   * their path, of any other one what stands between host name and query.
   */
  getPath(): Promise<string | null>;
  /** Whether a first URL, or the file behind it, is still on its way. */
  isLoading(): Promise<boolean>;
  /** Whether there is no URL, or none that loads, and no fallback either. */
  hasFailed(): Promise<boolean>;
  /** Whether the fallback of the configuration is shown. */
  showsFallback(): Promise<boolean>;
  protected static predicate<T extends ResourceElementHarness>(type: ComponentHarnessConstructor<T>, { path, ...filters }: ResourceElementFilters): HarnessPredicate<T>;
}
/**
 * An `<a>` with `[resourceHref]` in a test. A link gets its signed URL when somebody is about to follow it.
 *
 * ```ts
 * const link = await loader.getHarness(ResourceHrefHarness.with({ selector: '.contract' }));
 * expect(fake.asked).toEqual([]);
 * await link.pointerDown();
 * expect(await link.getPath()).toBe('users/ada/documents/contract.pdf');
 * ```
 */
export declare class ResourceHrefHarness extends ResourceElementHarness {
  /** The directive's classes: an input that is bound leaves no attribute behind. */
  static readonly hostSelector = "a:is(.resource-idle,.resource-loading,.resource-ready,.resource-fallback,.resource-failed)";
  protected readonly urlAttribute = "href";
  /** Finds the links that the filters name. */
  static with(filters?: ResourceElementFilters): HarnessPredicate<ResourceHrefHarness>;
  /** The text of the link. */
  getText(): Promise<string>;
  /** Puts the pointer down on the link, without letting go of it: nothing is followed. */
  pointerDown(): Promise<void>;
  /** Reaches the link by keyboard. */
  focus(): Promise<void>;
}
/**
 * An `<img>`, `<video>`, `<audio>` or `<source>` with `[resourceSrc]` in a test.
 *
 * ```ts
 * const loader = TestbedHarnessEnvironment.loader(fixture);
 * const photo = await loader.getHarness(ResourceSrcHarness.with({ path: 'public/team/avatar-2.jpg' }));
 * fake.fail({ kind: 'teamPhoto', name: 'avatar-2.jpg' }, 'owner-revoked');
 * await photo.reportBroken();
 * expect(await photo.hasFailed()).toBeTrue();
 * ```
 */
export declare class ResourceSrcHarness extends ResourceElementHarness {
  /** The directive's classes: an input that is bound leaves no attribute behind. */
  static readonly hostSelector = ":is(img,video,audio,source):is(.resource-idle,.resource-loading,.resource-ready,.resource-fallback,.resource-failed)";
  protected readonly urlAttribute = "src";
  /** Finds the elements that the filters name. */
  static with(filters?: ResourceElementFilters): HarnessPredicate<ResourceSrcHarness>;
  /**
   * Does what the browser does when the file does not load: the event `error`. A video or audio whose `error` is `null`
   * takes no notice, as it has not failed.
   */
  reportBroken(): Promise<void>;
}
export type { ResourceElementFilters };
