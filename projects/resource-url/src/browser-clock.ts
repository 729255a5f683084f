import type { NgZone } from '@angular/core';
import type { Clock } from './core/clock.ts';

declare const ngServerMode: boolean | undefined;

/** Timers stand still while a device sleeps, so the time is looked at this often while something is due. */
const LOOK_EVERY_MS = 10_000;

/** The device's clock, as far ahead or behind as the server's answers say. */
export interface ServerClock extends Clock {
  /** Takes a `Date` header (RFC 9110, 6.6.1) as the time it is now; anything else changes nothing. */
  learn(date: string | null | undefined): void;
  /** Forgets what waits, and no longer looks when the page is looked at. */
  stop(): void;
}

/**
 * A clock whose timers neither keep an application from becoming stable nor run on a hidden page. Everything that is due
 * runs in one task, so that what fell due during a sleep is asked for in one request.
 */
export function browserClock(zone: NgZone): ServerClock {
  /** Each tells how many milliseconds are left until it is due, or runs. */
  const waiting = new Set<() => number>();
  let skew = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const now = () => Date.now() + skew;

  const look = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    let next = LOOK_EVERY_MS;
    for (const wait of waiting) next = Math.min(next, wait());
    if (waiting.size) lookIn(next);
  };

  const lookIn = (ms: number) => {
    clearTimeout(timer);
    timer = zone.runOutsideAngular(() => setTimeout(look, ms));
  };

  const learn = (date: string | null | undefined) => void (skew += Date.parse(date as string) - now() || 0);

  if (typeof ngServerMode !== 'undefined' && ngServerMode) {
    return { now, learn, after: () => () => undefined, stop: () => undefined };
  }

  document.addEventListener('visibilitychange', look);

  return {
    now,
    learn,
    after: (ms, run) => {
      const began = Date.now();
      const wait = () => {
        // A clock that somebody sets back has moved too: better too early than not for an hour.
        const left = Math.ceil(ms - Math.abs(Date.now() - began));
        if (left > 0) return left;
        waiting.delete(wait);
        zone.run(run);
        return LOOK_EVERY_MS;
      };
      waiting.add(wait);
      lookIn(0);
      return () => {
        waiting.delete(wait);
        if (!waiting.size) clearTimeout(timer);
        return undefined;
      };
    },
    stop: () => {
      document.removeEventListener('visibilitychange', look);
      waiting.clear();
    },
  };
}
