import { computed, DestroyRef, effect, inject, signal, untracked, type Resource } from '@angular/core';
import type { ResourceRef, UrlOptions } from './core/resource-ref.ts';
import { ResourceUrlService } from './resource-url.service.ts';

/** What `resourceUrl` returns: Angular's `Resource`, and a way to ask again. */
export interface UrlResource<T extends string | undefined = string | undefined> extends Resource<T> {
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
export function resourceUrl(ref: () => ResourceRef | undefined, options?: UrlOptions): UrlResource {
  const urls = inject(ResourceUrlService);
  let leave: (() => void) | undefined;
  let ended = false;

  const stream = computed(() => {
    const current = ref();
    return current === undefined ? undefined : urls.getUrl(current, options);
  });
  // Subscribing where it is read makes a URL at hand be there at once; the effect below sees to it that it is read.
  const url = computed(() => {
    const source = stream();
    const latest = signal<string | undefined>(undefined);
    untracked(() => {
      leave?.();
      const subscription = ended ? undefined : source?.subscribe((next) => untracked(() => latest.set(next)));
      leave = () => subscription?.unsubscribe();
    });
    return latest;
  });

  effect(() => void url());
  inject(DestroyRef).onDestroy(() => {
    ended = true;
    leave?.();
  });

  const snapshot = computed(() => {
    const value = url()();
    const current = ref();
    if (current === undefined) return { status: 'idle', value } as const;
    const { status, error } = urls.getState(current, options)();
    if (status === 'failed' && error) return { status: 'error', error } as const;
    if (value === undefined) return { status: 'loading', value } as const;
    return { status: status === 'stale' && !error ? 'reloading' : 'resolved', value } as const;
  });
  const status = computed(() => snapshot().status);
  const isLoading = computed(() => /loading/.test(status()));

  const resource = {
    snapshot,
    status,
    isLoading,
    value: computed(() => {
      const now = snapshot();
      if (now.status === 'error') throw now.error;
      return now.value;
    }),
    error: computed(() => {
      const now = snapshot();
      return now.status === 'error' ? now.error : undefined;
    }),
    hasValue: () => {
      const now = snapshot();
      return now.status !== 'error' && now.value !== undefined;
    },
    reload: () => {
      const current = untracked(ref);
      if (current === undefined || untracked(isLoading)) return false;
      urls.refresh(current, options);
      return true;
    },
  };
  return resource as UrlResource;
}
