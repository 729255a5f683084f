import type { HarnessPredicate } from '@angular/cdk/testing';
import { ResourceElementHarness, type ResourceElementFilters } from './resource-element-harness.ts';

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
export class ResourceSrcHarness extends ResourceElementHarness {
  /** The directive's classes: an input that is bound leaves no attribute behind. */
  static readonly hostSelector =
    ':is(img,video,audio,source):is(.resource-idle,.resource-loading,.resource-ready,.resource-fallback,.resource-failed)';

  protected override readonly urlAttribute = 'src';

  /** Finds the elements that the filters name. */
  static with(filters: ResourceElementFilters = {}): HarnessPredicate<ResourceSrcHarness> {
    return this.predicate(ResourceSrcHarness, filters);
  }

  /**
   * Does what the browser does when the file does not load: the event `error`. A video or audio whose `error` is `null`
   * takes no notice, as it has not failed.
   */
  async reportBroken(): Promise<void> {
    await (await this.host()).dispatchEvent('error');
  }
}
