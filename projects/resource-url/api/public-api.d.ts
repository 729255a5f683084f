import * as i0 from "@angular/core";
import { EnvironmentProviders, InjectionToken, Provider, Resource, Signal } from "@angular/core";
import { HttpContextToken } from "@angular/common/http";
import { Observable } from "rxjs";
/**
 * The kinds of resource an application knows, each with the parameters that name one resource of it.
 *
 * Applications add their own by declaration merging, and describe them once in `provideResourceUrls({ kinds })`:
 *
 * ```ts
 * declare module '@countersign/angular' {
 *   interface ResourceKinds {
 *     productPhoto: { sku: string; name: string };
 *   }
 * }
 * ```
 */
export interface ResourceKinds {
  /** A photo on the team page, `public/team/{name}`. */
  teamPhoto: {
    name: string;
  };
  /** A person's own picture, `public/avatars/{name}`. */
  avatar: {
    name: string;
  };
  /** A document of one user, `users/{userId}/documents/{name}`. */
  document: {
    userId: string;
    name: string;
  };
}
/**
 * Names one resource: a kind with its parameters, or the plain decoded path of the resource.
 *
 * ```ts
 * const photo: ResourceRef = { kind: 'teamPhoto', name: 'avatar-2.jpg' };
 * const plain: ResourceRef = 'public/team/avatar-2.jpg';
 * ```
 */
export type ResourceRef = string | { [K in keyof ResourceKinds]: {
  readonly kind: K;
} & Readonly<ResourceKinds[K]>; }[keyof ResourceKinds];
/**
 * Where resources of one kind live, and what the audit says about them.
 *
 * Templates hold `{parameter}` placeholders. A placeholder at the very end may fill several segments
 * (`2026/ada.jpg`); every other one fills part of a single segment and must not be empty.
 */
export interface KindDefinition {
  /** Below `assets` in development, e.g. `images/products/{sku}/{name}`. */
  readonly development: string;
  /** The path to sign in production, e.g. `public/products/{sku}/{name}`. */
  readonly production: string;
  /** What the audit row gives as the reason, e.g. `product_photo`: up to 100 letters, digits and `_ . : -`. */
  readonly reason: string;
  /** Lifetime to ask for, 1 to 10080 whole minutes. Left out: the server's policy decides. */
  readonly expiryMinutes?: number;
}
/** One definition per kind; a built-in kind may be defined anew. */
export type KindDefinitions = { readonly [K in keyof ResourceKinds]?: KindDefinition; };
/**
 * What one call asks for beyond its kind. Options belong to the identity of a stream: the same resource with
 * other options is another stream, another state and another signature.
 */
export interface UrlOptions {
  /** Replaces the kind's reason in the audit row: up to 100 letters, digits and `_ . : -`. */
  readonly reason?: string;
  /** Replaces the kind's lifetime, 1 to 10080 whole minutes. More than the policy's maximum is an error, not a silent cut. */
  readonly expiryMinutes?: number;
  /**
   * Replaces the URL at 90 % of its lifetime, while somebody is subscribed and the page is visible: for links and
   * videos, which are fetched again later. Left out: what is shown stays, so that no image is fetched twice.
   * Only the stream knows this option; state and signature are those of the same resource without it.
   */
  readonly keepFresh?: boolean;
}
/**
 * Why there is no URL. Beside these, `code` may be any code of the server's problem responses.
 *
 * | code | meaning |
 * |---|---|
 * | `invalid-path` | the reference cannot name a resource; nothing was asked |
 * | `invalid-options` | the lifetime or the reason cannot be asked for; nothing was asked |
 * | `unknown-kind` | the kind has no definition in `provideResourceUrls({ kinds })` |
 * | `network` | no answer: offline, CORS, aborted |
 * | `unavailable` | nothing was asked: the signing API failed several times in a row, and is probed first |
 * | `does-not-load` | a URL was signed and reported broken, and came back the same |
 * | `request-failed` | an interceptor threw something that is no HTTP answer |
 * | `http-error` | an HTTP error without a problem code |
 * | `malformed-answer` | the answer is not what the contract says, or its URL must not be used, e.g. of a foreign scheme |
 * | `expired-answer` | the URL was past its expiry on arrival; look at this device's clock |
 * | `cancelled` | `clear()` dropped the request |
 * | `deferred` | nothing is signed while rendering on the server |
 */
type ResourceUrlErrorCode = 'invalid-path' | 'invalid-options' | 'unknown-kind' | 'network' | 'unavailable' | 'does-not-load' | 'request-failed' | 'http-error' | 'malformed-answer' | 'expired-answer' | 'cancelled' | 'deferred' | (string & Record<never, never>);
/**
 * Says why a URL could not be had. Its message names the path and never holds a URL with a query.
 *
 * ```ts
 * urls.sign('public/brand/logo.svg').catch((error: unknown) => {
 *   if (error instanceof ResourceUrlError && error.status === 429) console.warn(error.code, error.retryAfter);
 * });
 * ```
 */
export declare class ResourceUrlError extends Error {
  readonly name = "ResourceUrlError";
  /** One stable word for programs. */
  readonly code: ResourceUrlErrorCode;
  /** HTTP status; 0 when no answer came or none was asked for, 503 when the breaker is open. */
  readonly status: number;
  /** Seconds the server asks to wait, when it does. */
  readonly retryAfter: number | undefined;
  constructor(code: ResourceUrlErrorCode, message: string, status?: number, retryAfter?: number);
}
/** Whether asking again later may help: no answer, 408, 429, 5xx. */
declare function isTransient(outcome: unknown): outcome is ResourceUrlError;
/**
 * How one resource stands.
 *
 * | status | meaning |
 * |---|---|
 * | `loading` | no URL yet: asked for, or nobody subscribed so far |
 * | `ready` | a URL was handed out; `expiresAt` says how long it works |
 * | `stale` | an older URL is still shown: a new one is on its way, or asking for it failed (`error`) |
 * | `fallback` | there is no URL (`error`); who shows none yet, or a broken one, gets the configured fallback |
 * | `failed` | there is no URL (`error`) and no fallback is configured |
 */
type ResourceStatus = 'loading' | 'ready' | 'stale' | 'fallback' | 'failed';
/** The state of one resource, as `ResourceUrlService.getState` tells it. */
interface ResourceState {
  readonly status: ResourceStatus;
  /** End of the URL handed out last; `undefined` when there is none or it never expires. */
  readonly expiresAt: Date | undefined;
  /** Why there is no (newer) URL. */
  readonly error: ResourceUrlError | undefined;
}
/** A URL that opens one resource until it expires. */
interface SignedUrl {
  /** Ready for `src` or `href`. */
  readonly url: string;
  /** When it stops working; `undefined` for direct paths (development) and URLs that passed through. */
  readonly expiresAt?: Date;
  /** Joins this issuance to every later access in the audit; `undefined` where nothing was signed. */
  readonly signatureId?: string;
}
/** How a sign request that fails is repeated; the server's `Retry-After` is honoured in any case. */
interface RetryConfig {
  /** How often, 0 to 10; 0 switches it off. The last delay may be 6400 ms. Left out: 3. */
  readonly retries?: number;
  /** Before the first repetition, in milliseconds (100 to 6400); each further one waits twice as long. Left out: 1000. */
  readonly firstDelayMs?: number;
}
/** When the signing API is given a rest. */
interface BreakerConfig {
  /** After so many failed requests in a row, 1 to 100; more than `retry.retries`. Left out: 5. */
  readonly failures?: number;
  /** Between two probes, and before what failed is asked for again, in milliseconds (1000 to 3600000). Left out: 30000. */
  readonly probeMs?: number;
}
/** What `provideResourceUrls` takes. */
interface ResourceUrlConfig {
  /**
   * `development` answers with direct paths below `assets` and makes no request, `production` with signed URLs.
   * Left out: Angular's `isDevMode()` decides.
   */
  readonly mode?: 'development' | 'production';
  /** Where the signing API is, e.g. `/api/resources`; `/sign` and `/sign/batch` are added to it. */
  readonly api: string;
  /** Where development mode finds the files. Left out: `/assets/deployed`. */
  readonly assets?: string;
  /**
   * Where signed URLs point to, e.g. `https://cdn.example.com` or `https://example.com/cdn`. A URL below one of
   * them, handed in as a reference, is reduced to its path and signed anew instead of being passed through.
   */
  readonly deliveryOrigins?: readonly string[];
  /** Shown when there is no URL to be had, e.g. `/assets/nobody.svg`. Left out: nothing is emitted then. */
  readonly fallback?: string;
  /** Sends cookies with sign requests to another origin. Left out: `false`. */
  readonly withCredentials?: boolean;
  /**
   * What rendering on the server does in production mode. `'defer'` signs nothing: no URL gets into the HTML, the
   * browser asks once it runs. `'sign'` writes signed URLs into the HTML, which must then be sent to nobody else than
   * the person it was rendered for, and not be cached for longer than they live. Left out: `'defer'`.
   */
  readonly serverRendering?: 'defer' | 'sign';
  /** How a sign request that fails (no answer, 408, 429, 5xx) is repeated. */
  readonly retry?: RetryConfig;
  /** When the signing API is no longer asked, but probed. */
  readonly breaker?: BreakerConfig;
  /** Definitions of the application's own kinds. */
  readonly kinds?: KindDefinitions;
}
/** Takes something back that was to happen. */
type Cancel = () => undefined;
/** Tells the time, and runs something later. Nothing in `core` looks at any other clock. */
interface Clock {
  /** The server's wall time in milliseconds since 1970, as far as it is known: expiries are written in it. */
  now(): number;
  /**
   * Runs something once, not before `ms` milliseconds have gone by (also by sleep), and only while somebody may look
   * at the page: a hidden one makes no traffic.
   */
  after(ms: number, run: () => void): Cancel;
}
/** What became of one request. */
type Outcome = SignedUrl | ResourceUrlError;
/** One resource to get a URL for, both ways. Paths are decoded, NFC, without leading slash. */
interface ResourceRequest {
  readonly path: string;
  /** Below `assets`. */
  readonly assetPath: string;
  readonly reason: string;
  readonly expiryMinutes: number | undefined;
}
/**
 * Gets URLs for 1 to 200 resources in one go and hands back one outcome each, in the same order. It never throws.
 * What it returns aborts; nothing is handed back after that.
 */
type SignTransport = (requests: readonly ResourceRequest[], done: (outcomes: readonly Outcome[]) => void) => () => void;
/** Something that is absent from an application unless it is named: an argument of `provideResourceUrls` after the configuration. */
interface ResourceUrlFeature {
  /** @internal */
  readonly ɵproviders: readonly Provider[];
}
/**
 * Stands around the transport. Made once, in an injection context.
 *
 * @param transport what to ask in the end
 * @param clear forgets every URL and drops requests under way
 * @param beforeUse takes what is to be called each time before a URL at hand may be handed out
 * @param clock the server's time
 */
type TransportWrapper = (transport: SignTransport, clear: () => void, beforeUse: (() => void)[], clock: Clock) => SignTransport;
/** What features put around the transport, the last outermost. */
declare const RESOURCE_URL_WRAPPERS: InjectionToken<readonly TransportWrapper[]>;
/**
 * Provides `ResourceUrlService`. It is the only thing that differs between development and production.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideResourceUrls({ api: '/api/resources' })] });
 * ```
 *
 * @param features what must be absent unless named, e.g. `withSession(...)`
 * @throws Error in development builds, for a configuration that contradicts itself; it says what to write instead
 */
export declare function provideResourceUrls(config: ResourceUrlConfig, ...features: readonly ResourceUrlFeature[]): EnvironmentProviders;
/**
 * Is `true` in the context of every request that this package makes to the API, sign requests and uploads alike, so that an
 * interceptor can tell them from the rest.
 *
 * ```ts
 * const bearer: HttpInterceptorFn = (request, next) =>
 *   next(request.context.get(RESOURCE_URL_REQUEST) ? request.clone({ setHeaders: { Authorization: token() } }) : request);
 * ```
 */
export declare const RESOURCE_URL_REQUEST: HttpContextToken<boolean>;
/**
 * Hands out the URLs of resources: direct paths in development, signed URLs in production.
 *
 * Every method takes a reference and, where it was asked for with options, the same options: together they name
 * one stream. References that come to the same path and kind (`a.jpg`, `/a.jpg`) are the same.
 *
 * Streams never complete and never error. They emit at once when a URL is at hand, and replace an emitted URL only
 * after `reportBroken` or `refresh`; a new subscription gets a new URL when the old one has expired.
 *
 * ```ts
 * @Component({
 *   selector: 'app-photo',
 *   imports: [AsyncPipe],
 *   template: `<img [src]="urls.getTeamMemberPhotoUrl('avatar-2.jpg') | async" alt="Ada Lovelace" />`,
 * })
 * export class Photo {
 *   protected readonly urls = inject(ResourceUrlService);
 * }
 * ```
 */
export declare class ResourceUrlService {
  #private;
  constructor();
  /**
   * The picture of a user, kind `avatar`.
   *
   * ```html
   * <img [src]="urls.getUserAvatarUrl(user.picture) | async" alt="" />
   * ```
   *
   * @param name file name, e.g. `ada.jpg`; a foreign or `data:` URL is handed on as it is
   */
  getUserAvatarUrl(name: string): Observable<string>;
  /**
   * The photo of a team member, kind `teamPhoto`.
   *
   * ```html
   * <img [src]="urls.getTeamMemberPhotoUrl('avatar-2.jpg') | async" alt="Ada Lovelace" />
   * ```
   *
   * @param name file name, e.g. `avatar-2.jpg`; a foreign or `data:` URL is handed on as it is
   */
  getTeamMemberPhotoUrl(name: string): Observable<string>;
  /**
   * A document of a user, kind `document`.
   *
   * @param userId the owner's id, one path segment
   * @param name file name, e.g. `contract.pdf`
   */
  getUserDocumentUrl(userId: string, name: string): Observable<string>;
  /**
   * The URL of any resource. The same Observable for the same reference and options, for ever: calling it from a
   * template on every change detection is safe.
   *
   * ```ts
   * const logo = urls.getUrl('public/brand/logo.svg');
   * const photo = urls.getUrl({ kind: 'teamPhoto', name: 'avatar-2.jpg' });
   * ```
   */
  getUrl(ref: ResourceRef, options?: UrlOptions): Observable<string>;
  /**
   * How the resource stands; the same Signal for the same reference and options. Reading it asks for nothing.
   *
   * ```html
   * @if (urls.getState(ref)().status === 'failed') { <button (click)="urls.refresh(ref)">Try again</button> }
   * ```
   */
  getState(ref: ResourceRef, options?: UrlOptions): Signal<ResourceState>;
  /**
   * A URL to use right now, e.g. to start a download. One at hand is used again while it is good.
   *
   * ```ts
   * const { url } = await urls.sign({ kind: 'document', userId: 'ada', name: 'contract.pdf' });
   * ```
   *
   * @returns a promise that rejects with `ResourceUrlError`
   */
  sign(ref: ResourceRef, options?: UrlOptions): Promise<SignedUrl>;
  /**
   * Gets URLs ahead of their use, in one request, e.g. in a route's resolver.
   *
   * @returns a promise that fulfils when every URL came or failed; it never rejects
   */
  preload(refs: ResourceRef | readonly ResourceRef[], options?: UrlOptions): Promise<void>;
  /** Asks for a new URL now, and hands it to everyone subscribed; what they show stays until it comes. */
  refresh(ref: ResourceRef, options?: UrlOptions): void;
  /**
   * Says that the URL at hand does not load. A new one is asked for and replaces it, or the fallback does.
   * Calls before there is a URL, or while a new one is on its way, change nothing.
   *
   * ```html
   * <img [src]="urls.getUrl(ref) | async" (error)="urls.reportBroken(ref)" alt="" />
   * ```
   */
  reportBroken(ref: ResourceRef, options?: UrlOptions): void;
  /** Does not use the URL at hand again, e.g. after the resource was replaced. What is shown stays. */
  invalidate(ref: ResourceRef, options?: UrlOptions): void;
  /**
   * Forgets every URL and drops requests under way, e.g. when somebody signs in or out. What is shown stays; streams
   * still without a URL ask again.
   */
  clear(): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceUrlService, never>;
  static ɵprov: i0.ɵɵInjectableDeclaration<any>;
}
/**
 * How an element with `resourceSrc` or `resourceHref` stands. The element has the class `resource-` plus this word.
 *
 * | state | meaning |
 * |---|---|
 * | `idle` | nothing to show, or not asked yet: a lazy image far away, a link nobody has touched |
 * | `loading` | a URL is asked for, or the browser is loading it; `aria-busy` is set |
 * | `ready` | loaded; for a link, its `href` is a URL that works |
 * | `fallback` | the fallback is shown |
 * | `failed` | neither a URL nor a fallback works |
 */
type ResourceElementState = 'idle' | 'loading' | 'ready' | 'fallback' | 'failed';
/** What `ResourceSrc` and `ResourceHref` have in common. */
declare abstract class ResourceElement {
  #private;
  /** What to ask for beyond the reference, as for `ResourceUrlService.getUrl`. */
  readonly resourceOptions: import("@angular/core").InputSignal<UrlOptions | undefined>;
  /** Emits every change of `state`. */
  readonly resourceState: import("@angular/core").OutputEmitterRef<ResourceElementState>;
  /** How the element stands. */
  readonly state: Signal<ResourceElementState>;
  /** Why there is no URL, or no newer one. */
  readonly error: Signal<import("@countersign/angular").ResourceUrlError | undefined>;
  protected abstract readonly ref: Signal<ResourceRef | undefined>;
  protected readonly element: HTMLElement;
  protected readonly urls: ResourceUrlService;
  protected readonly options: Signal<UrlOptions | undefined>;
  /** The same object as long as the reference and the options come to the same, whatever objects they are. */
  protected readonly stream: Signal<import("rxjs").Observable<string> | undefined>;
  /** How the service says the resource stands. */
  protected readonly told: Signal<import("@countersign/angular").ResourceState | undefined>;
  constructor();
  protected become(state: ResourceElementState): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceElement, never>;
  static ɵdir: i0.ɵɵDirectiveDeclaration<ResourceElement, never, never, {
    "resourceOptions": {
      "alias": "resourceOptions";
      "required": false;
      "isSignal": true;
    };
  }, {
    "resourceState": "resourceState";
  }, never, never, true, never>;
}
/**
 * A link to a resource, signed for when somebody is about to follow it: on pressing a button or a finger on it, on
 * keyboard focus, at the latest on the click. Rendering it asks for nothing.
 *
 * ```html
 * <a [resourceHref]="{ kind: 'document', userId: 'ada', name: 'contract.pdf' }" target="_blank">Contract</a>
 * ```
 *
 * A click that comes before the URL waits for it and then goes where it would have gone: `target`, `download`, `rel`,
 * the middle button, Ctrl, Cmd and Shift count. A click whose URL cannot be had goes nowhere, and `state` is `failed`.
 * Without a reference (`undefined`) the anchor has no `href`.
 */
export declare class ResourceHref extends ResourceElement {
  #private;
  /** The resource to link to, or `undefined` for no link. */
  readonly resourceHref: import("@angular/core").InputSignal<ResourceRef | undefined>;
  protected readonly ref: import("@angular/core").InputSignal<ResourceRef | undefined>;
  constructor();
  /** Asks for a URL if there is none that works, without following the link, e.g. for a button beside it. */
  retry(): void;
  protected focused(): void;
  protected followed(event: MouseEvent): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceHref, never>;
  static ɵdir: i0.ɵɵDirectiveDeclaration<ResourceHref, "a[resourceHref]", ["resourceHref"], {
    "resourceHref": {
      "alias": "resourceHref";
      "required": true;
      "isSignal": true;
    };
  }, {}, never, never, true, never>;
}
/**
 * Shows a resource in an image, a video or an audio, and heals it: a URL that does not load is replaced once, then
 * comes the fallback, then it stops. A lazy image is signed for near the viewport only. A video or audio gets a new
 * URL before the old one expires, keeps its place, and is never interrupted while it plays.
 *
 * ```html
 * <img [resourceSrc]="{ kind: 'teamPhoto', name: 'ada.jpg' }" #photo="resourceSrc" alt="Ada Lovelace" />
 * @if (photo.state() === 'failed') { <button (click)="photo.retry()">Try again</button> }
 *
 * <video controls [resourceSrc]="'public/films/tour.mp4'"></video>
 * ```
 *
 * Without a reference (`undefined`) the element has no `src`. Whatever it shows is of the current reference.
 */
export declare class ResourceSrc extends ResourceElement {
  #private;
  /** The resource to show, or `undefined` for nothing. */
  readonly resourceSrc: import("@angular/core").InputSignal<ResourceRef | undefined>;
  /** Shown in this element where there is no URL, instead of the configured fallback, which is for images only. */
  readonly resourceFallback: import("@angular/core").InputSignal<string | undefined>;
  protected readonly ref: import("@angular/core").InputSignal<ResourceRef | undefined>;
  constructor();
  /**
   * Asks for a new URL now, for a button that is shown when all else failed.
   *
   * ```html
   * <button (click)="photo.retry()">Try again</button>
   * ```
   */
  retry(): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceSrc, never>;
  static ɵdir: i0.ɵɵDirectiveDeclaration<ResourceSrc, "img[resourceSrc], video[resourceSrc], audio[resourceSrc], source[resourceSrc]", ["resourceSrc"], {
    "resourceSrc": {
      "alias": "resourceSrc";
      "required": true;
      "isSignal": true;
    };
    "resourceFallback": {
      "alias": "resourceFallback";
      "required": false;
      "isSignal": true;
    };
  }, {}, never, never, true, never>;
}
/** What `resourceUrl` returns: Angular's `Resource`, and a way to ask again. */
interface UrlResource<T extends string | undefined = string | undefined> extends Resource<T> {
  /** Whether there is a URL or a fallback; `value()` is a string then. */
  hasValue(this: T extends undefined ? this : never): this is UrlResource<Exclude<T, undefined>>;
  hasValue(): boolean;
  /**
   * Asks for a new URL; the old one stays until it comes.
   *
   * @returns false when there is nothing to ask for, or a request is under way already
   */
  reload(): boolean;
}
/**
 * The URL of a resource as a `Resource`, to be called where one may `inject()`.
 *
 * ```ts
 * @Component({ selector: 'app-team-member', template: '' })
 * class TeamMember {
 *   readonly photo = input.required<string>();
 *   readonly url = resourceUrl(() => ({ kind: 'teamPhoto', name: this.photo() }));
 * }
 * ```
 * ```html
 * @if (url.hasValue()) { <img [src]="url.value()" alt="" /> }
 * ```
 *
 * | `status()` | when | `value()` |
 * |---|---|---|
 * | `idle` | the reference is `undefined` | `undefined` |
 * | `loading` | there is no URL yet, or while rendering on the server | `undefined` |
 * | `resolved` | a URL or the fallback is there | it |
 * | `reloading` | a new URL is on its way | the old URL |
 * | `error` | there is no URL and no fallback | throws `error()`, as every `Resource` does |
 *
 * A URL at hand is there at the first reading. As with every `Resource`, `error()` is set in status `error` only; why
 * there is a fallback or an older URL, `ResourceUrlService.getState(ref)` tells.
 *
 * @param ref reads signals; another reference ends the subscription to the one before
 * @param options as for `ResourceUrlService.getUrl`
 */
export declare function resourceUrl(ref: () => ResourceRef | undefined, options?: UrlOptions): UrlResource;
/**
 * Ties URLs to whoever is signed in: when that changes, every URL is forgotten, requests under way are aborted, their
 * answers dropped, and what still waits for a URL is asked for anew. Without it, call `clear()` yourself.
 *
 * ```ts
 * provideResourceUrls({ api: '/api/resources' }, withSession(() => inject(Session).userId));
 * ```
 *
 * @param identity called once, in an injection context; its signal tells who is signed in, and something else when
 *   that is another person or nobody
 */
export declare function withSession(identity: () => Signal<unknown>): ResourceUrlFeature;
/** Who is signed in, as far as tabs compare it: `null` is nobody, `undefined` not known yet. */
type TabIdentity = string | number | null | undefined;
/**
 * Lets the tabs of one browser hand signed URLs to each other: a second tab of the same page asks the server only for
 * what no other tab has. Only tabs of the same origin, the same `api` and the same person do so; nobody (`null`) shares with
 * nobody, and who is not known yet (`undefined`) not at all. It waits at most 40 ms for other tabs, and not at all once there are none.
 *
 * A URL that was reported broken, refreshed, invalidated or is kept fresh is always asked from the server. Without
 * `BroadcastChannel`, while rendering on the server and in development mode nothing is shared.
 *
 * ```ts
 * const userId = () => inject(Session).userId;
 * provideResourceUrls({ api: '/api/resources' }, withSession(userId), withSharedTabs(userId));
 * ```
 *
 * @param identity called once, in an injection context; its signal tells who is signed in, e.g. a user's id
 */
export declare function withSharedTabs(identity: () => Signal<TabIdentity>): ResourceUrlFeature;
/**
 * What a reference comes to: a request, or else an outcome that is known without asking. References with the same `key`
 * are the same resource, asked for in the same way.
 */
interface Target {
  readonly key: string;
  readonly request?: ResourceRequest;
  readonly outcome?: Outcome;
}
/** What is needed to read references. */
interface TargetContext {
  /** Without prototype: `constructor` is no kind. */
  readonly kinds: Readonly<Record<string, KindDefinition>>;
  /** Where signed URLs begin, without trailing slash. */
  readonly deliveryOrigins: readonly string[];
}
/** Reads a reference; the same in both modes. It never throws: a bad reference is an outcome like any other. */
declare function resolveTarget(ref: ResourceRef, options: UrlOptions | undefined, { kinds, deliveryOrigins }: TargetContext): Target;
/**
 * Calls `near` once, when the element is in or near the viewport: at once in a browser that cannot tell. All elements
 * share one observer, which is gone when nobody waits. What is returned ends the waiting.
 */
declare function whenNearViewport(element: Element, near: () => void): () => void;
/**
 * Reads references as the service does: into what would be asked for, or else what is known without asking. For
 * `@countersign/angular/testing`, which must not say a second time what a reference means.
 */
declare function referenceReader(): (ref: ResourceRef) => {
  readonly request?: ResourceRequest;
  readonly outcome?: SignedUrl | ResourceUrlError;
};
/** How often and how patiently a signing API is asked that does not answer. */
interface Backoff {
  /** How often a failed request is repeated before those who wait are told. */
  readonly retries: number;
  /** Milliseconds before the first repetition; every further one waits twice as long. */
  readonly firstDelayMs: number;
  /** After how many failures in a row the breaker opens: from then on there are only probes. */
  readonly failures: number;
  /** Milliseconds between two probes, and before what failed is asked for again. */
  readonly probeMs: number;
}
/** 1, 2 and 4 seconds; the breaker opens after five failures and probes every 30 seconds. */
declare const DEFAULT_BACKOFF: Backoff;
/**
 * Milliseconds to wait after the n-th failure in a row.
 *
 * @param failures how many there were so far, 1 or more
 * @param retryAfter seconds the server asked for, if it did: never less than that, up to a day
 */
declare function waitAfter(backoff: Backoff, failures: number, retryAfter?: number): number;
/** The configuration with every default filled in. */
interface ResourceUrlSettings extends TargetContext {
  readonly production: boolean;
  readonly api: string;
  readonly assets: string;
  readonly fallback?: string;
  readonly withCredentials?: boolean;
  readonly serverRendering?: 'defer' | 'sign';
  readonly backoff: Backoff;
}
declare const RESOURCE_URL_SETTINGS: InjectionToken<ResourceUrlSettings>;
declare function resourceUrlSettings(config: ResourceUrlConfig): ResourceUrlSettings;
export { type BreakerConfig, type ResourceElementState, type ResourceState, type ResourceStatus, type ResourceUrlConfig, type ResourceUrlErrorCode, type ResourceUrlFeature, type RetryConfig, type SignedUrl, type TabIdentity, type UrlResource, RESOURCE_URL_SETTINGS as ɵRESOURCE_URL_SETTINGS, RESOURCE_URL_WRAPPERS as ɵRESOURCE_URL_WRAPPERS, type ResourceRequest as ɵResourceRequest, type SignTransport as ɵSignTransport, referenceReader as ɵreferenceReader, resolveTarget as ɵresolveTarget, whenNearViewport as ɵwhenNearViewport };
