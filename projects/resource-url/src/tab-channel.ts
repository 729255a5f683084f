import type { NgZone } from '@angular/core';
import type { SignedUrl } from './core/signed-url.ts';

/** How long other tabs have to answer, in milliseconds. */
const WAIT_MS = 40;

/** As many URLs as one batch may hold. */
const MAX_KEYS = 200;

/** What came from other tabs, by the key that was asked for. Nothing of the values is checked yet. */
export type Found = ReadonlyMap<string, unknown>;

/** What tabs that have the same name for it say to each other. */
export interface TabChannel {
  /** Speaks under this name from now on, with nobody when it is empty. @returns whether it was another one before */
  open(name: string): boolean;
  /**
   * Asks the other tabs. `done` is called once: at once when there are none, else when everything is found, every tab
   * has answered or the time is over.
   *
   * @returns what takes it back
   */
  ask(keys: readonly string[], done: (found: Found) => void): () => void;
  close(): void;
}

/** `{from, ask, keys}` asks, `{from, answer, found}` answers; no field is sure to be there. */
interface Message {
  readonly from?: unknown;
  readonly ask?: unknown;
  readonly keys?: unknown;
  readonly answer?: unknown;
  readonly found?: unknown;
}

/**
 * A channel that is not open yet.
 *
 * @param held what this tab has for a key, if it may be handed on
 */
export function tabChannel(zone: NgZone, held: (key: string) => SignedUrl | undefined): TabChannel {
  const self = `${Math.random()}`;
  let channel: BroadcastChannel | undefined;
  let called: string | undefined;
  let closed = false;
  let asked = 0;
  /** Other tabs that have said something, and answered the last time they were asked. */
  let tabs = new Set<unknown>();
  /** Until when a tab may still answer the greeting. */
  let greetedUntil = 0;
  const waiting = new Map<unknown, (from: unknown, found: object) => void>();

  const hear = ({ data }: MessageEvent<unknown>) => {
    const { from, ask, keys, answer, found } = Object(data) as Message;
    if (typeof from !== 'string') return;
    tabs.add(from);
    if (typeof ask === 'string') {
      const known = (Array.isArray(keys) ? keys.slice(0, MAX_KEYS) : []).flatMap((key) => {
        const signed = typeof key === 'string' ? held(key) : undefined;
        return signed ? [[key, { ...signed, expiresAt: signed.expiresAt?.toISOString() }]] : [];
      });
      channel?.postMessage({ from: self, answer: ask, found: Object.fromEntries(known) });
    }
    waiting.get(answer)?.(from, Object(found) as object);
  };

  const post = (keys: readonly string[]) => {
    const ask = `${self} ${++asked}`;
    channel?.postMessage({ from: self, ask, keys });
    return ask;
  };

  return {
    open: (name) => {
      if (closed || called === name) return false;
      channel?.close();
      channel = undefined;
      called = name;
      tabs = new Set();
      if (!name) return true;
      zone.runOutsideAngular(() => {
        channel = new BroadcastChannel(name);
        channel.onmessage = hear;
      });
      greetedUntil = performance.now() + WAIT_MS;
      post([]);
      return true;
    },
    ask: (keys, done) => {
      const greeting = () => performance.now() < greetedUntil;
      const found = new Map<string, unknown>();
      if (!channel || !keys.length || (!tabs.size && !greeting())) {
        done(found);
        return () => undefined;
      }
      const on = channel;
      const silent = new Set(tabs);
      const id = post(keys);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const cancel = () => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      const finish = () => {
        cancel();
        zone.run(() => done(on === channel ? found : new Map()));
      };
      waiting.set(id, (from, values) => {
        silent.delete(from);
        for (const key of keys) if (Object.hasOwn(values, key)) found.set(key, values[key as never]);
        if (found.size === keys.length || (!silent.size && !greeting())) finish();
      });
      zone.runOutsideAngular(() => {
        timer = setTimeout(() => {
          // Closed, frozen, or too busy to wait for the next time too.
          for (const tab of silent) tabs.delete(tab);
          finish();
        }, WAIT_MS);
      });
      return cancel;
    },
    close: () => {
      closed = true;
      channel?.close();
      channel = undefined;
    },
  };
}
