import * as i0 from "@angular/core";
import { EnvironmentProviders, InjectionToken } from "@angular/core";
import { ResourceRef, ResourceUrlConfig, ResourceUrlErrorCode, ResourceUrlFeature, ɵSignTransport } from "@countersign/angular";
/** One resource that the service asked for, as a sign request would name it. */
interface AskedResource {
  /** What would be signed, decoded, without leading slash, e.g. `public/team/avatar-2.jpg`. */
  readonly path: string;
  /** What the audit row would say, e.g. `team_member_photo`. */
  readonly reason: string;
  /** Lifetime in minutes; `undefined` where the server's policy would decide. */
  readonly expiryMinutes: number | undefined;
}
/** What goes with a code in `FakeResourceUrls.fail`. */
interface FakeFailure {
  /** HTTP status. Left out: 0 for `network`, else 403, which is final. */
  readonly status?: number;
  /** Seconds until it is worth asking again, as the header `Retry-After` says it. */
  readonly retryAfter?: number;
}
/** How the URL of a resource is made unless a test says otherwise. */
declare const FAKE_URL: InjectionToken<(resource: AskedResource) => string>;
/**
 * What stands in for the signing API in a test: it answers every request of the real `ResourceUrlService`, and a test
 * says what. `provideFakeResourceUrls()` provides it.
 *
 * ```ts
 * const fake = TestBed.inject(FakeResourceUrls);
 * fake.fail({ kind: 'teamPhoto', name: 'avatar-2.jpg' }, 'owner-revoked');
 * const fixture = TestBed.createComponent(TeamPage);
 * await fixture.whenStable();
 * expect(fixture.nativeElement.textContent).toContain('This photo is gone');
 * ```
 *
 * A script counts for the requests that follow, however often and with whatever options the resource is asked for;
 * what is shown already stays, until `refresh` or `reportBroken`.
 */
export declare class FakeResourceUrls {
  #private;
  /**
   * Every request so far, in order, each with the resources it asked for. One entry is what would be one HTTP request.
   *
   * ```ts
   * expect(fake.requests.length).toBe(1);
   * expect(fake.requests[0]?.length).toBe(200);
   * ```
   */
  get requests(): readonly (readonly AskedResource[])[];
  /**
   * Every resource asked for so far, in order.
   *
   * ```ts
   * expect(fake.asked).toEqual([{ path: 'public/team/a.jpg', reason: 'team_member_photo', expiryMinutes: 60 }]);
   * ```
   */
  get asked(): readonly AskedResource[];
  /**
   * The URL that the next request for the resource is answered with, to compare what is shown with.
   *
   * ```ts
   * expect(image.src).toBe(fake.urlOf({ kind: 'teamPhoto', name: 'avatar-2.jpg' }));
   * ```
   *
   * @throws ResourceUrlError when the resource is scripted to fail, or the reference cannot name a resource
   */
  urlOf(ref: ResourceRef): string;
  /**
   * Answers requests for the resource with this URL from now on.
   *
   * ```ts
   * fake.answer('public/brand/logo.svg', '/assets/logo.svg');
   * ```
   *
   * @throws Error when the reference is never asked for: a foreign or `data:` URL, or no path
   */
  answer(ref: ResourceRef, url: string): void;
  /**
   * Fails requests for the resource from now on. As in production, a request of which nothing but `network`, 408, 429
   * and 5xx comes back is repeated after 1, 2 and 4 seconds; any other failure is final.
   *
   * ```ts
   * fake.fail({ kind: 'document', userId: 'ada', name: 'contract.pdf' }, 'owner-revoked');
   * fake.fail('public/brand/logo.svg', 'audit-unavailable', { status: 503, retryAfter: 2 });
   * ```
   *
   * @param code `error.code`, see `ResourceUrlErrorCode`
   * @throws Error when the reference is never asked for: a foreign or `data:` URL, or no path
   */
  fail(ref: ResourceRef, code: ResourceUrlErrorCode, failure?: FakeFailure): void;
  /**
   * Answers nothing until `release()`, to look at what a component shows while it loads. The application counts as
   * stable in the meantime.
   *
   * ```ts
   * fake.hold();
   * const fixture = TestBed.createComponent(TeamPage);
   * await fixture.whenStable();
   * expect(fixture.nativeElement.querySelector('.skeleton')).not.toBeNull();
   * fake.release();
   * await fixture.whenStable();
   * expect(fixture.nativeElement.querySelector('.skeleton')).toBeNull();
   * ```
   */
  hold(): void;
  /** Answers at once what was held back, as it is scripted by now, and holds nothing more. */
  release(): void;
  /**
   * Lets the URL at hand be of no more use, as when its time is over: it is not handed out again, and the next
   * subscription, `sign` or `reportBroken` asks for a new one. What is shown stays.
   *
   * ```ts
   * fake.expire(ref);
   * await urls.sign(ref); // asks again
   * ```
   *
   * @throws Error when the reference is never asked for: a foreign or `data:` URL, or no path
   */
  expire(ref: ResourceRef): void;
  /**
   * Forgets scripts and recorded requests, holds nothing, and lets the service forget every URL. TestBed makes a new
   * fake for every test; this is for a new start in the middle of one.
   */
  reset(): void;
  /** For the service only. */
  readonly ɵtransport: ɵSignTransport;
  static ɵfac: i0.ɵɵFactoryDeclaration<FakeResourceUrls, never>;
  static ɵprov: i0.ɵɵInjectableDeclaration<any>;
}
/** What `provideFakeResourceUrls` takes: the application's own configuration where a test depends on it, and how URLs look. */
interface FakeResourceUrlsOptions extends Partial<Omit<ResourceUrlConfig, 'mode'>> {
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
export declare function provideFakeResourceUrls(options?: FakeResourceUrlsOptions, ...features: readonly ResourceUrlFeature[]): EnvironmentProviders;
export type { AskedResource, FakeFailure, FakeResourceUrlsOptions };
