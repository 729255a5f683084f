import { effect, untracked, type Signal } from '@angular/core';
import {
  RESOURCE_URL_WRAPPERS,
  type ResourceUrlFeature,
  type TransportWrapper,
} from './resource-url-feature.ts';

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
export function withSession(identity: () => Signal<unknown>): ResourceUrlFeature {
  const wrapper = (): TransportWrapper => {
    const who = identity();
    return (transport, clear, beforeUse) => {
      let last = untracked(who);
      const check = () => {
        const next = untracked(who);
        if (Object.is(last, next)) return true;
        last = next;
        clear();
        return false;
      };
      effect(() => {
        who();
        untracked(check);
      });
      // URLs may be asked for, and answers come, between the change and the effect.
      beforeUse.push(check);
      return (requests, done) =>
        transport(requests, (outcomes) => {
          if (check()) done(outcomes);
        });
    };
  };
  return { ɵproviders: [{ provide: RESOURCE_URL_WRAPPERS, multi: true, useFactory: wrapper }] };
}
