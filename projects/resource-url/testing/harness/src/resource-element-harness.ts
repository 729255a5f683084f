import {
  ComponentHarness,
  HarnessPredicate,
  type BaseHarnessFilters,
  type ComponentHarnessConstructor,
} from '@angular/cdk/testing';
import { pathOfUrl } from './path-of-url.ts';

/** Which of several elements is meant. */
export interface ResourceElementFilters extends BaseHarnessFilters {
  /** What `getPath()` answers, e.g. `public/team/avatar-2.jpg` or `/avatar-2/`. */
  readonly path?: string | RegExp;
}

/** What the harnesses of pictures, media and links have in common. */
export abstract class ResourceElementHarness extends ComponentHarness {
  /** The attribute that takes the URL. */
  protected abstract readonly urlAttribute: 'src' | 'href';

  /** The URL that is set, as it was handed out, or `null` when there is none yet. */
  async getUrl(): Promise<string | null> {
    const url = await (await this.host()).getAttribute(this.urlAttribute);
    // A link without a URL stays a link by this one.
    return url && url !== 'about:blank' ? url : null;
  }

  /**
   * The decoded path that the URL opens, or `null` when there is none yet: of the URLs that `FakeResourceUrls` makes
   * their path, of any other one what stands between host name and query.
   */
  async getPath(): Promise<string | null> {
    const url = await this.getUrl();
    return url === null ? null : pathOfUrl(url);
  }

  /** Whether a first URL, or the file behind it, is still on its way. */
  async isLoading(): Promise<boolean> {
    return (await (await this.host()).getAttribute('aria-busy')) === 'true';
  }

  /** Whether there is no URL, or none that loads, and no fallback either. */
  async hasFailed(): Promise<boolean> {
    return (await this.host()).hasClass('resource-failed');
  }

  /** Whether the fallback of the configuration is shown. */
  async showsFallback(): Promise<boolean> {
    return (await this.host()).hasClass('resource-fallback');
  }

  protected static predicate<T extends ResourceElementHarness>(
    type: ComponentHarnessConstructor<T>,
    { path, ...filters }: ResourceElementFilters,
  ): HarnessPredicate<T> {
    return new HarnessPredicate(type, filters).addOption('path', path, (harness, wanted) =>
      HarnessPredicate.stringMatches(harness.getPath(), wanted),
    );
  }
}
