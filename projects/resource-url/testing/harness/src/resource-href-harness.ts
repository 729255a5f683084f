import type { HarnessPredicate } from '@angular/cdk/testing';
import { ResourceElementHarness, type ResourceElementFilters } from './resource-element-harness.ts';

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
export class ResourceHrefHarness extends ResourceElementHarness {
  /** The directive's classes: an input that is bound leaves no attribute behind. */
  static readonly hostSelector =
    'a:is(.resource-idle,.resource-loading,.resource-ready,.resource-fallback,.resource-failed)';

  protected override readonly urlAttribute = 'href';

  /** Finds the links that the filters name. */
  static with(filters: ResourceElementFilters = {}): HarnessPredicate<ResourceHrefHarness> {
    return this.predicate(ResourceHrefHarness, filters);
  }

  /** The text of the link. */
  async getText(): Promise<string> {
    return (await this.host()).text();
  }

  /** Puts the pointer down on the link, without letting go of it: nothing is followed. */
  async pointerDown(): Promise<void> {
    await (await this.host()).dispatchEvent('pointerdown');
  }

  /** Reaches the link by keyboard. */
  async focus(): Promise<void> {
    await (await this.host()).focus();
  }
}
