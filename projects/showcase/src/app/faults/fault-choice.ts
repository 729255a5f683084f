import { HttpClient } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';

/** What the sign requests of this tab meet. */
export type Fault = 'normal' | '429' | '500' | 'slow' | 'dead';

/** The header by which the demonstration's server is asked for a fault (`server/src/faults.ts`). */
export const FAULT_HEADER = 'X-Demonstrate-Fault';

const KEY = 'countersign.fault';
const FAULTS: readonly string[] = ['normal', '429', '500', 'slow', 'dead'] satisfies Fault[];

/** Which fault was chosen. The choice is this tab's, and survives a reload, so that one can watch a page start with it. */
@Service()
export class FaultChoice {
  readonly #chosen = signal(stored());

  readonly chosen = this.#chosen.asReadonly();

  choose(fault: Fault): void {
    this.#chosen.set(fault);
    try {
      sessionStorage.setItem(KEY, fault);
    } catch {
      // Without storage the choice lasts until the next load.
    }
  }
}

/** Whether the server is the demonstration: every other one has no faults to offer. */
@Service()
export class Demonstration {
  readonly #http = inject(HttpClient);
  readonly #offered = signal(false);

  readonly offered = this.#offered.asReadonly();

  ask(): void {
    this.#http.get('/api/demonstration/faults').subscribe({
      next: () => this.#offered.set(true),
      error: () => this.#offered.set(false),
    });
  }
}

function stored(): Fault {
  try {
    const value = sessionStorage.getItem(KEY);
    return isFault(value) ? value : 'normal';
  } catch {
    return 'normal';
  }
}

function isFault(value: string | null): value is Fault {
  return value !== null && FAULTS.includes(value);
}
