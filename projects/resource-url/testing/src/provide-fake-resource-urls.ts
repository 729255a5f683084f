import { inject, makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core';
import {
  provideResourceUrls,
  ɵRESOURCE_URL_WRAPPERS,
  type ResourceUrlConfig,
  type ResourceUrlFeature,
  type ɵSignTransport,
} from '@countersign/angular';
import type { AskedResource } from './asked-resource.ts';
import { FAKE_URL, FakeResourceUrls } from './fake-resource-urls.ts';
import { loadableUrl } from './loadable-url.ts';

/** What `provideFakeResourceUrls` takes: the application's own configuration where a test depends on it, and how URLs look. */
export interface FakeResourceUrlsOptions extends Partial<Omit<ResourceUrlConfig, 'mode'>> {
  /**
   * Makes the URL of a resource. Left out: a picture of one pixel, or silence for a video or sound, which loads without
   * a request and ends with the path: `data:image/gif;base64,...#public/team/avatar-2.jpg`.
   */
  readonly url?: (resource: AskedResource) => string;
}

/**
 * Provides `ResourceUrlService` for tests: the real one, with the same streams, states and timing, answered by
 * `FakeResourceUrls` instead of a server. Neither `provideHttpClient()` nor a mock of it is needed.
 *
 * ```ts
 * TestBed.configureTestingModule({ providers: [provideFakeResourceUrls()] });
 * const fixture = TestBed.createComponent(TeamPage);
 * await fixture.whenStable();
 * expect(fixture.nativeElement.querySelector('img').src).toContain('public/team/avatar-2.jpg');
 * ```
 *
 * Pass what the components under test depend on, such as `kinds` or `fallback`. Written after the application's own
 * `provideResourceUrls(...)` it takes its place.
 *
 * @param features as for `provideResourceUrls`, e.g. `withSession(...)`
 */
export function provideFakeResourceUrls(
  options: FakeResourceUrlsOptions = {},
  ...features: readonly ResourceUrlFeature[]
): EnvironmentProviders {
  const { url = ({ path }: AskedResource) => loadableUrl(path), ...config } = options;
  return makeEnvironmentProviders([
    { provide: FAKE_URL, useValue: url },
    FakeResourceUrls,
    // Before the features, which are put around it.
    { provide: ɵRESOURCE_URL_WRAPPERS, multi: true, useFactory: inPlaceOfTheServer },
    // What answers in development needs no HttpClient.
    provideResourceUrls({ api: '/fake', ...config, mode: 'development' }, ...features),
  ]);
}

function inPlaceOfTheServer(): () => ɵSignTransport {
  const fake = inject(FakeResourceUrls);
  return () => fake.ɵtransport;
}
