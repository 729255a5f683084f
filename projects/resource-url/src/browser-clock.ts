import type { NgZone } from '@angular/core';
import type { Clock } from './core/clock.ts';

/** Timers stand still while a device sleeps, so the time is looked at this often while something is due. */
const LOOK_EVERY_MS = 10_000;

/** The device's clock, as far ahead or behind as the server's answers say. */
export interface ServerClock extends Clock {
  /** Takes a `Date` header (RFC 9110, 6.6.1) as the time it is now; anything else changes nothing. */
  learn(date: string | null | undefined): void;
}

/** A clock whose timers neither keep an application from becoming stable nor run on a hidden page. */
export function browserClock(
  zone: NgZone,
): ServerClock & { stop(): void; onOnline(run: () => void): () => void } {
  let skew = 0;
  let stopped = false;
  const now = () => Date.now() + skew;
  return {
    now,
    learn: (date) => (skew += Date.parse(date ?? '') - now() || 0),
    after: (ms, run) => {
      const [wall, began] = [Date.now(), performance.now()];
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = () => {
        clearTimeout(timer);
        if (stopped || document.hidden) return;
        // Either may stand still or jump: sleep stops the one, somebody who sets the clock moves the other.
        const left = ms - Math.max(Date.now() - wall, performance.now() - began);
        if (left > 0) timer = setTimeout(look, Math.min(Math.ceil(left), LOOK_EVERY_MS));
        else {
          cancel();
          zone.run(run);
        }
      };
      const cancel = () => {
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', look);
        return undefined;
      };
      zone.runOutsideAngular(() => {
        document.addEventListener('visibilitychange', look);
        timer = setTimeout(look, Math.min(ms, LOOK_EVERY_MS));
      });
      return cancel;
    },
    onOnline: (run) => {
      globalThis.addEventListener?.('online', run);
      return () => globalThis.removeEventListener?.('online', run);
    },
    stop: () => (stopped = true),
  };
}
