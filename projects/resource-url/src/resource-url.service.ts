import { HttpClient } from '@angular/common/http';
import {
  DestroyRef,
  inject,
  Injectable,
  NgZone,
  PendingTasks,
  signal,
  untracked,
  type Signal,
  type WritableSignal,
} from '@angular/core';
import { Observable } from 'rxjs';
import { browserClock } from './browser-clock.ts';
import { directTransport } from './core/direct-transport.ts';
import type { Outcome } from './core/outcome.ts';
import { requestQueue } from './core/request-queue.ts';
import type { ResourceRef, UrlOptions } from './core/resource-ref.ts';
import type { ResourceEntry } from './core/resource-entry.ts';
import { ResourceUrlError } from './core/resource-url-error.ts';
import type { ResourceState } from './core/resource-state.ts';
import { resourceStore, type ResourceStore } from './core/resource-store.ts';
import { resolveTarget, type Target } from './core/resolve-target.ts';
import type { SignedUrl } from './core/signed-url.ts';
import { httpTransport } from './http-transport.ts';
import { RESOURCE_URL_WRAPPERS } from './resource-url-feature.ts';
import { RESOURCE_URL_SETTINGS } from './resource-url-settings.ts';

declare const ngDevMode: boolean | undefined;
declare const ngServerMode: boolean | undefined;

/** What the application holds of one resource, and is the same for ever. */
interface Handle {
  readonly target: Target;
  stream?: Observable<string>;
  fresh?: Observable<string>;
  state?: WritableSignal<ResourceState>;
}

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
@Injectable({ providedIn: 'root' })
export class ResourceUrlService {
  readonly #settings = inject(RESOURCE_URL_SETTINGS);
  readonly #handles = new Map<string, Handle>();
  readonly #store: ResourceStore;
  readonly #beforeUse: (() => void)[] = [];

  constructor() {
    const { production, assets, fallback, backoff } = this.#settings;
    const zone = inject(NgZone);
    const clock = browserClock(zone);
    const tasks = inject(PendingTasks);
    const queue =
      typeof ngServerMode !== 'undefined' &&
      ngServerMode &&
      production &&
      this.#settings.serverRendering !== 'sign'
        ? undefined
        : requestQueue(
            inject(RESOURCE_URL_WRAPPERS).reduce(
              (inner, wrap) => wrap(inner, () => this.clear(), this.#beforeUse, clock),
              production ? httpTransport(inject(HttpClient), this.#settings, clock) : directTransport(assets),
            ),
            clock,
            backoff,
            // Whoever asks first sends the request of all, and may be outside the zone.
            (run) => tasks.run(() => Promise.resolve().then(() => zone.run(run))),
          );
    this.#store = resourceStore(clock, fallback, queue, backoff.probeMs, (key, state) =>
      // Streams may be subscribed to while a template or a computed runs, where signals cannot be written.
      untracked(() => this.#handles.get(key)?.state?.set(state)),
    );
    inject(DestroyRef).onDestroy(() => {
      queue?.clear();
      clock.stop();
    });
  }

  /**
   * The picture of a user, kind `avatar`.
   *
   * ```html
   * <img [src]="urls.getUserAvatarUrl(user.picture) | async" alt="" />
   * ```
   *
   * @param name file name, e.g. `ada.jpg`; a foreign or `data:` URL is handed on as it is
   */
  getUserAvatarUrl(name: string): Observable<string> {
    return this.getUrl({ kind: 'avatar', name });
  }

  /**
   * The photo of a team member, kind `teamPhoto`.
   *
   * ```html
   * <img [src]="urls.getTeamMemberPhotoUrl('avatar-2.jpg') | async" alt="Ada Lovelace" />
   * ```
   *
   * @param name file name, e.g. `avatar-2.jpg`; a foreign or `data:` URL is handed on as it is
   */
  getTeamMemberPhotoUrl(name: string): Observable<string> {
    return this.getUrl({ kind: 'teamPhoto', name });
  }

  /**
   * A document of a user, kind `document`.
   *
   * @param userId the owner's id, one path segment
   * @param name file name, e.g. `contract.pdf`
   */
  getUserDocumentUrl(userId: string, name: string): Observable<string> {
    return this.getUrl({ kind: 'document', userId, name });
  }

  /**
   * The URL of any resource. The same Observable for the same reference and options, for ever: calling it from a
   * template on every change detection is safe.
   *
   * ```ts
   * const logo = urls.getUrl('public/brand/logo.svg');
   * const photo = urls.getUrl({ kind: 'teamPhoto', name: 'avatar-2.jpg' });
   * ```
   */
  getUrl(ref: ResourceRef, options?: UrlOptions): Observable<string> {
    const handle = this.#handle(ref, options);
    const fresh = !!options?.keepFresh;
    return (handle[fresh ? 'fresh' : 'stream'] ??= new Observable<string>((subscriber) =>
      this.#use(handle.target).listen((url) => subscriber.next(url), fresh),
    ));
  }

  /**
   * How the resource stands; the same Signal for the same reference and options. Reading it asks for nothing.
   *
   * ```html
   * @if (urls.getState(ref)().status === 'failed') { <button (click)="urls.refresh(ref)">Try again</button> }
   * ```
   */
  getState(ref: ResourceRef, options?: UrlOptions): Signal<ResourceState> {
    const handle = this.#handle(ref, options);
    return (handle.state ??= signal(this.#store.entry(handle.target).state));
  }

  /**
   * A URL to use right now, e.g. to start a download. One at hand is used again while it is good.
   *
   * ```ts
   * const { url } = await urls.sign({ kind: 'document', userId: 'ada', name: 'contract.pdf' });
   * ```
   *
   * @returns a promise that rejects with `ResourceUrlError`
   */
  sign(ref: ResourceRef, options?: UrlOptions): Promise<SignedUrl> {
    return new Promise((fulfil: (outcome: Outcome) => void, reject) =>
      this.#entry(ref, options).settle((outcome) =>
        (outcome instanceof ResourceUrlError ? reject : fulfil)(outcome),
      ),
    ) as Promise<SignedUrl>;
  }

  /**
   * Gets URLs ahead of their use, in one request, e.g. in a route's resolver.
   *
   * @returns a promise that fulfils when every URL came or failed; it never rejects
   */
  preload(refs: ResourceRef | readonly ResourceRef[], options?: UrlOptions): Promise<void> {
    const list = [refs].flat() as readonly ResourceRef[];
    return Promise.allSettled(list.map((ref) => this.sign(ref, options))).then(() => undefined);
  }

  /** Asks for a new URL now, and hands it to everyone subscribed; what they show stays until it comes. */
  refresh(ref: ResourceRef, options?: UrlOptions): void {
    this.#entry(ref, options).refresh();
  }

  /**
   * Says that the URL at hand does not load. A new one is asked for and replaces it, or the fallback does.
   * Calls before there is a URL, or while a new one is on its way, change nothing.
   *
   * ```html
   * <img [src]="urls.getUrl(ref) | async" (error)="urls.reportBroken(ref)" alt="" />
   * ```
   */
  reportBroken(ref: ResourceRef, options?: UrlOptions): void {
    this.#entry(ref, options).reportBroken();
  }

  /** Does not use the URL at hand again, e.g. after the resource was replaced. What is shown stays. */
  invalidate(ref: ResourceRef, options?: UrlOptions): void {
    this.#entry(ref, options).invalidate();
  }

  /**
   * Forgets every URL and drops requests under way, e.g. when somebody signs in or out. What is shown stays; streams
   * still without a URL ask again.
   */
  clear(): void {
    this.#store.clear();
  }

  #entry(ref: ResourceRef, options: UrlOptions | undefined): ResourceEntry {
    return this.#use(resolveTarget(ref, options, this.#settings));
  }

  #use(target: Target): ResourceEntry {
    for (const check of this.#beforeUse) check();
    return this.#store.entry(target);
  }

  #handle(ref: ResourceRef, options: UrlOptions | undefined): Handle {
    const target = resolveTarget(ref, options, this.#settings);
    let handle = this.#handles.get(target.key);
    if (!handle) {
      warnOfBadReference(target);
      this.#handles.set(target.key, (handle = { target }));
    }
    return handle;
  }
}

function warnOfBadReference(target: Target): void {
  if ((typeof ngDevMode === 'undefined' || ngDevMode) && target.outcome instanceof ResourceUrlError) {
    console.error(`ResourceUrlService: ${target.outcome.message}`);
  }
}
