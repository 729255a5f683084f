import { HttpClient } from '@angular/common/http';
import {
  DestroyRef,
  inject,
  Injectable,
  NgZone,
  PendingTasks,
  PLATFORM_ID,
  signal,
  untracked,
  type Signal,
  type WritableSignal,
} from '@angular/core';
import { Observable } from 'rxjs';
import { browserClock, type ServerClock } from './browser-clock.ts';
import { directTransport } from './core/direct-transport.ts';
import { requestQueue, type RequestQueue } from './core/request-queue.ts';
import type { ResourceRef, UrlOptions } from './core/resource-ref.ts';
import type { ResourceEntry } from './core/resource-entry.ts';
import { ResourceUrlError } from './core/resource-url-error.ts';
import type { ResourceState } from './core/resource-state.ts';
import { resourceStore, type ResourceStore } from './core/resource-store.ts';
import { resolveTarget, type Target } from './core/resolve-target.ts';
import type { SignedUrl } from './core/signed-url.ts';
import { httpTransport } from './http-transport.ts';
import { RESOURCE_URL_WRAPPERS } from './resource-url-feature.ts';
import { RESOURCE_URL_SETTINGS, type ResourceUrlSettings } from './resource-url-settings.ts';

declare const ngDevMode: boolean | undefined;

/**
 * Hands out the URLs of resources: direct paths in development, signed URLs in production.
 *
 * Every method takes a reference and, where it was asked for with options, the same options: together they name
 * one stream. References that come to the same path and kind (`a.jpg`, `/a.jpg`) are the same.
 *
 * Streams never complete and never error. They emit at once when a URL is at hand, and replace an emitted URL only
 * after `reportBroken` or `refresh`; a new subscription gets a new URL when the old one has expired.
 */
@Injectable({ providedIn: 'root' })
export class ResourceUrlService {
  readonly #settings = requiredSettings();
  readonly #streams = new Map<string, Observable<string>>();
  readonly #states = new Map<string, WritableSignal<ResourceState>>();
  readonly #store: ResourceStore;

  constructor() {
    const { fallback, backoff } = this.#settings;
    const clock = browserClock(inject(NgZone));
    const queue = createQueue(this.#settings, clock, () => this.clear());
    this.#store = resourceStore({ clock, fallback }, queue, backoff.probeMs, (key, state) =>
      // Streams may be subscribed to while a template or a computed runs, where signals cannot be written.
      untracked(() => this.#states.get(key)?.set(state)),
    );
    const forgetOnline = clock.onOnline(() => this.#store.heal());
    inject(DestroyRef).onDestroy(() => {
      forgetOnline();
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
    const target = this.#target(ref, options);
    const fresh = !!options?.keepFresh;
    // Keys begin with a kind, whose name has no such character.
    const key = fresh ? `~${target.key}` : target.key;
    const known = this.#streams.get(key);
    if (known) return known;
    warnOfBadReference(target);
    const stream = new Observable<string>((subscriber) =>
      this.#store.entry(target).listen((url) => subscriber.next(url), fresh),
    );
    this.#streams.set(key, stream);
    return stream;
  }

  /**
   * How the resource stands; the same Signal for the same reference and options. Reading it asks for nothing.
   *
   * ```html
   * @if (urls.getState(ref)().status === 'failed') { <button (click)="urls.refresh(ref)">Try again</button> }
   * ```
   */
  getState(ref: ResourceRef, options?: UrlOptions): Signal<ResourceState> {
    const target = this.#target(ref, options);
    let state = this.#states.get(target.key);
    if (!state) {
      state = signal(this.#store.entry(target).state);
      this.#states.set(target.key, state);
    }
    return state.asReadonly();
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
    return new Promise((resolve, reject) => {
      this.#entry(ref, options).settle((outcome) => {
        if (outcome instanceof ResourceUrlError) reject(outcome);
        else resolve(outcome);
      });
    });
  }

  /**
   * Gets URLs ahead of their use, in one request, e.g. in a route's resolver.
   *
   * @returns a promise that fulfils when every URL came or failed; it never rejects
   */
  preload(refs: ResourceRef | readonly ResourceRef[], options?: UrlOptions): Promise<void> {
    const list = Array.isArray(refs) ? (refs as readonly ResourceRef[]) : [refs as ResourceRef];
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
    return this.#store.entry(this.#target(ref, options));
  }

  #target(ref: ResourceRef, options: UrlOptions | undefined): Target {
    return resolveTarget(ref, options, this.#settings);
  }
}

function requiredSettings() {
  const settings = inject(RESOURCE_URL_SETTINGS, { optional: true });
  if (settings) return settings;
  throw new Error(
    typeof ngDevMode === 'undefined' || ngDevMode
      ? `Write provideResourceUrls({ api: '/api/resources' }) into the application's providers.`
      : 'provideResourceUrls',
  );
}

function createQueue(
  settings: ResourceUrlSettings,
  clock: ServerClock,
  clear: () => void,
): RequestQueue | undefined {
  const { production, assets, backoff } = settings;
  if (production && inject(PLATFORM_ID) === 'server') return undefined;
  const tasks = inject(PendingTasks);
  const transport = (inject(RESOURCE_URL_WRAPPERS, { optional: true }) ?? []).reduce(
    (inner, wrap) => wrap(inner, clear),
    production ? httpTransport(inject(HttpClient), settings, clock) : directTransport(assets),
  );
  return requestQueue(transport, clock, backoff, () => tasks.add());
}

function warnOfBadReference(target: Target): void {
  if ((typeof ngDevMode === 'undefined' || ngDevMode) && target.outcome instanceof ResourceUrlError) {
    console.error(`ResourceUrlService: ${target.outcome.message}`);
  }
}
