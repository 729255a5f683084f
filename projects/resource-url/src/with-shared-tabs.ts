import { DestroyRef, effect, inject, NgZone, PendingTasks, untracked, type Signal } from '@angular/core';
import type { Clock } from './core/clock.ts';
import type { Outcome } from './core/outcome.ts';
import { ResourceUrlError } from './core/resource-url-error.ts';
import { readAnswers, signBody } from './core/sign-contract.ts';
import type { ResourceRequest, SignTransport } from './core/sign-transport.ts';
import type { SignedUrl } from './core/signed-url.ts';
import { RESOURCE_URL_WRAPPERS, type ResourceUrlFeature } from './resource-url-feature.ts';
import { RESOURCE_URL_SETTINGS } from './resource-url-settings.ts';
import { tabChannel } from './tab-channel.ts';

declare const ngServerMode: boolean | undefined;

/** A URL that another tab takes over has to work for as long as that, in milliseconds. */
const MIN_LEFT_MS = 60_000;

/** How many URLs a tab keeps for others; what it got first goes first. */
const MAX_HELD = 1_000;

/** Who is signed in, as far as tabs compare it: `null` is nobody, `undefined` not known yet. */
export type TabIdentity = string | number | null | undefined;

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
export function withSharedTabs(identity: () => Signal<TabIdentity>): ResourceUrlFeature {
  const wrapper = () => {
    const who = identity();
    const { api, production } = inject(RESOURCE_URL_SETTINGS);
    const zone = inject(NgZone);
    const tasks = inject(PendingTasks);
    const destroyed = inject(DestroyRef);
    const onServer = typeof ngServerMode !== 'undefined' && ngServerMode;
    return (transport: SignTransport, _clear: unknown, _beforeUse: unknown, clock: Clock): SignTransport => {
      if (!production || onServer || typeof BroadcastChannel === 'undefined') return transport;
      /** What this tab has, and `undefined` for what it has had. */
      const held = new Map<string, SignedUrl | undefined>();
      const channel = tabChannel(zone, (key) => {
        const signed = held.get(key);
        return signed && Number(signed.expiresAt) - clock.now() > MIN_LEFT_MS ? signed : undefined;
      });
      /** @returns what is the same as long as the same person is signed in */
      const follow = () => {
        const id: unknown = untracked(who);
        // Objects that look the same may be different people, and NaN any of them, whatever the compiler was told.
        const known = id === null || typeof id === 'string' || Number.isFinite(id);
        const name = known ? `countersign ${api} ${JSON.stringify(id)}` : '';
        if (channel.open(name)) held.clear();
        return name;
      };
      effect(() => {
        who();
        untracked(follow);
      });
      destroyed.onDestroy(channel.close);
      return (requests, done) => {
        const name = follow();
        const keys = requests.map(keyOf);
        const release = tasks.add();
        let abort: (() => void) | undefined;
        const finish = (outcomes: readonly Outcome[]) => {
          if (follow() === name) outcomes.forEach((outcome, index) => keep(keys[index] ?? '', outcome));
          done(outcomes);
        };
        const unknown = keys.filter((key) => !held.has(key));
        // What this tab had before is to be another one: it comes from the server, and others do not get the old one.
        for (const key of keys) if (held.has(key)) held.set(key, undefined);
        const stopWaiting = channel.ask(unknown, (found) => {
          const same = follow() === name;
          const results = keys.map((key) => same && found.get(key));
          const fromTabs = readAnswers({ results }, requests, clock.now());
          const missing = requests.filter((_, index) => fromTabs[index] instanceof ResourceUrlError);
          if (missing.length) {
            abort = transport(missing, (answers) => finish(merge(fromTabs, answers)));
          } else finish(fromTabs);
          release();
        });
        return () => {
          release();
          stopWaiting();
          abort?.();
        };
      };

      function keep(key: string, outcome: Outcome): void {
        if (outcome instanceof ResourceUrlError) return;
        held.delete(key);
        held.set(key, outcome);
        for (const first of held.keys()) {
          if (held.size <= MAX_HELD) break;
          held.delete(first);
        }
      }
    };
  };
  return { ɵproviders: [{ provide: RESOURCE_URL_WRAPPERS, multi: true, useFactory: wrapper }] };
}

/** Two requests with the same key may have the same URL. */
function keyOf(request: ResourceRequest): string {
  return JSON.stringify(signBody(request));
}

/** Puts the server's answers where no tab had any. */
function merge(fromTabs: readonly Outcome[], answers: readonly Outcome[]): readonly Outcome[] {
  const rest = [...answers];
  return fromTabs.map((outcome) =>
    outcome instanceof ResourceUrlError ? (rest.shift() ?? outcome) : outcome,
  );
}
