import { HttpClient } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';
import { API } from '../api/api-prefix.ts';

/** What the sign requests of this tab meet. */
export type Fault = 'normal' | '429' | '500' | 'slow' | 'dead';

/** The header by which the demonstration's server is asked for a fault (`server/src/faults.ts`). */
export const FAULT_HEADER = 'X-Demonstrate-Fault';

const KEY = 'countersign.fault';
const FALLBACK_KEY = 'countersign.fallback';

/** What may stand where there is no picture. */
const FALLBACK = '/no-picture.svg';
const FAULTS: readonly string[] = ['normal', '429', '500', 'slow', 'dead'] satisfies Fault[];

/** @returns the `fallback` to configure the library with: a picture if that was chosen in this tab before it was loaded */
export function chosenFallback(): { fallback?: string } {
  return remembered(FALLBACK_KEY) === 'on' ? { fallback: FALLBACK } : {};
}

/** Which fault was chosen. The choice is this tab's, and survives a reload, so that one can watch a page start with it. */
@Service()
export class FaultChoice {
  readonly #chosen = signal(storedFault());
  readonly #fallback = signal(remembered(FALLBACK_KEY) === 'on');

  readonly chosen = this.#chosen.asReadonly();
  /** Whether the library is to have a fallback, from the next load on. */
  readonly fallback = this.#fallback.asReadonly();

  choose(fault: Fault): void {
    this.#chosen.set(fault);
    remember(KEY, fault);
  }

  chooseFallback(on: boolean): void {
    this.#fallback.set(on);
    remember(FALLBACK_KEY, on ? 'on' : 'off');
  }
}

/** Whether the server is the demonstration: every other one has no faults to offer. */
@Service()
export class Demonstration {
  readonly #http = inject(HttpClient);
  readonly #offered = signal(false);

  readonly offered = this.#offered.asReadonly();

  ask(): void {
    this.#http.get(`${API}/demonstration/faults`).subscribe({
      next: () => this.#offered.set(true),
      error: () => this.#offered.set(false),
    });
  }
}

function storedFault(): Fault {
  const value = remembered(KEY);
  return isFault(value) ? value : 'normal';
}

function remembered(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without storage the choice lasts until the next load.
  }
}

function isFault(value: string | null): value is Fault {
  return value !== null && FAULTS.includes(value);
}
