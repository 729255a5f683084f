import type { NgZone } from '@angular/core';
import type { Clock } from './core/clock.ts';

declare const ngServerMode: boolean | undefined;

/** Timers stand still while a device sleeps, so the time is looked at this often while something is due. */
const LOOK_EVERY_MS = 10_000;

/** The device's clock, as far ahead or behind as the server's answers say. */
export interface ServerClock extends Clock {
  /** Takes a `Date` header (RFC 9110, 6.6.1) as the time it is now; anything else changes nothing. */
  learn(date: string | null | undefined): void;
  /** Ends every timer, and takes no further one. */
  stop(): void;
}

/** A clock whose timers neither keep an application from becoming stable nor run on a hidden page. */
export function browserClock(zone: NgZone): ServerClock {
  let skew = 0;
  let stopped = false;
  const now = () => Date.now() + skew;
  const looks = new Set<() => void>();
  /** All in one task, so that what is due together is asked for in one request. */
  const lookAtAll = () => looks.forEach((look) => look());
  return {
    now,
    learn: (date) => (skew += Date.parse(date ?? '') - now() || 0),
    after: (ms, run) => {
      if (typeof ngServerMode !== 'undefined' && ngServerMode) return () => undefined;
      const began = Date.now();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = () => {
        clearTimeout(timer);
        if (stopped || document.hidden) return;
        // A clock that somebody sets back has moved too: better too early than not for an hour.
        const left = Math.ceil(ms - Math.abs(Date.now() - began));
        if (left > 0) timer = setTimeout(look, Math.min(left, LOOK_EVERY_MS));
        else {
          runNow();
          lookAtAll();
        }
      };
      const runNow = () => {
        cancel();
        zone.run(run);
      };
      const cancel = () => {
        clearTimeout(timer);
        looks.delete(look);
        if (!looks.size) document.removeEventListener('visibilitychange', lookAtAll);
        removeEventListener('online', runNow);
        return undefined;
      };
      zone.runOutsideAngular(() => {
        looks.add(look);
        document.addEventListener('visibilitychange', lookAtAll);
        // What failed because the device was offline need not wait any longer.
        addEventListener('online', runNow);
        timer = setTimeout(look, Math.min(ms, LOOK_EVERY_MS));
      });
      return cancel;
    },
    stop: () => (stopped = true),
  };
}
