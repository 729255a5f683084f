import { inject, Injectable, InjectionToken, Injector } from '@angular/core';
import {
  ResourceUrlError,
  ResourceUrlService,
  ɵreferenceReader,
  type ResourceRef,
  type ResourceUrlErrorCode,
  type SignedUrl,
  type ɵSignTransport,
} from '@countersign/angular';
import type { AskedResource } from './asked-resource.ts';

/** What goes with a code in `FakeResourceUrls.fail`. */
export interface FakeFailure {
  /** HTTP status. Left out: 0 for `network`, else 403, which is final. */
  readonly status?: number;
  /** Seconds until it is worth asking again, as the header `Retry-After` says it. */
  readonly retryAfter?: number;
}

type Script =
  { readonly url: string } | { readonly code: ResourceUrlErrorCode; readonly failure: FakeFailure };

/** How the URL of a resource is made unless a test says otherwise. */
export const FAKE_URL = new InjectionToken<(resource: AskedResource) => string>('FakeUrl');

/** As long as the built-in policy lets a public resource live. */
const DEFAULT_MINUTES = 60;

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
@Injectable()
export class FakeResourceUrls {
  readonly #read = ɵreferenceReader();
  readonly #fakeUrl = inject(FAKE_URL);
  readonly #injector = inject(Injector);
  readonly #scripts = new Map<string, Script>();
  readonly #held = new Set<() => void>();
  #requests: (readonly AskedResource[])[] = [];
  #holding = false;
  #signatures = 0;

  /**
   * Every request so far, in order, each with the resources it asked for. One entry is what would be one HTTP request.
   *
   * ```ts
   * expect(fake.requests.length).toBe(1);
   * expect(fake.requests[0]?.length).toBe(200);
   * ```
   */
  get requests(): readonly (readonly AskedResource[])[] {
    return this.#requests;
  }

  /**
   * Every resource asked for so far, in order.
   *
   * ```ts
   * expect(fake.asked).toEqual([{ path: 'public/team/a.jpg', reason: 'team_member_photo', expiryMinutes: 60 }]);
   * ```
   */
  get asked(): readonly AskedResource[] {
    return this.#requests.flat();
  }

  /**
   * The URL that the next request for the resource is answered with, to compare what is shown with.
   *
   * ```ts
   * expect(image.src).toBe(fake.urlOf({ kind: 'teamPhoto', name: 'avatar-2.jpg' }));
   * ```
   *
   * @throws ResourceUrlError when the resource is scripted to fail, or the reference cannot name a resource
   */
  urlOf(ref: ResourceRef): string {
    const { request, outcome } = this.#read(ref);
    if (request) return this.#urlFor(request);
    return handedOn(outcome);
  }

  /**
   * Answers requests for the resource with this URL from now on.
   *
   * ```ts
   * fake.answer('public/brand/logo.svg', '/assets/logo.svg');
   * ```
   *
   * @throws Error when the reference is never asked for: a foreign or `data:` URL, or no path
   */
  answer(ref: ResourceRef, url: string): void {
    this.#scripts.set(this.#pathOf(ref), { url });
  }

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
  fail(ref: ResourceRef, code: ResourceUrlErrorCode, failure: FakeFailure = {}): void {
    this.#scripts.set(this.#pathOf(ref), { code, failure });
  }

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
  hold(): void {
    this.#holding = true;
  }

  /** Answers at once what was held back, as it is scripted by now, and holds nothing more. */
  release(): void {
    this.#holding = false;
    for (const answer of [...this.#held]) answer();
  }

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
  expire(ref: ResourceRef): void {
    this.#pathOf(ref);
    this.#service().invalidate(ref);
  }

  /**
   * Forgets scripts and recorded requests, holds nothing, and lets the service forget every URL. TestBed makes a new
   * fake for every test; this is for a new start in the middle of one.
   */
  reset(): void {
    this.#scripts.clear();
    this.#holding = false;
    this.#held.clear();
    this.#service().clear();
    this.#requests = [];
  }

  /** For the service only. */
  readonly ɵtransport: ɵSignTransport = (requests, done) => {
    this.#requests.push(requests.map(({ path, reason, expiryMinutes }) => ({ path, reason, expiryMinutes })));
    const answer = () => {
      this.#held.delete(answer);
      done(requests.map((request) => this.#outcome(request)));
    };
    if (this.#holding) this.#held.add(answer);
    else answer();
    return () => this.#held.delete(answer);
  };

  #outcome(resource: AskedResource): SignedUrl | ResourceUrlError {
    try {
      const url = this.#urlFor(resource);
      this.#signatures += 1;
      const lifetime = (resource.expiryMinutes ?? DEFAULT_MINUTES) * 60_000;
      return { url, expiresAt: new Date(Date.now() + lifetime), signatureId: `sig_fake-${this.#signatures}` };
    } catch (error) {
      if (error instanceof ResourceUrlError) return error;
      throw error;
    }
  }

  #urlFor(resource: AskedResource): string {
    const script = this.#scripts.get(resource.path);
    if (!script) return this.#fakeUrl(resource);
    if ('url' in script) return script.url;
    const { code, failure } = script;
    const { status = code === 'network' ? 0 : 403, retryAfter } = failure;
    const message = `${code}: "${resource.path}" was refused by FakeResourceUrls`;
    throw new ResourceUrlError(code, message, status, retryAfter);
  }

  #pathOf(ref: ResourceRef): string {
    const { request, outcome } = this.#read(ref);
    if (request) return request.path;
    const url = handedOn(outcome).split(':', 1)[0];
    throw new Error(`FakeResourceUrls: nobody asks for a "${url}:" URL, it is handed on as it is.`);
  }

  #service(): ResourceUrlService {
    return this.#injector.get(ResourceUrlService);
  }
}

/** @throws ResourceUrlError when the reference names nothing */
function handedOn(outcome: SignedUrl | ResourceUrlError | undefined): string {
  if (outcome && 'url' in outcome) return outcome.url;
  throw outcome;
}
