import { computed, Service, signal } from '@angular/core';

/** One sign request of this page. */
export interface SignRequest {
  id: number;
  at: Date;
  /** How many resources it asks for. */
  resources: number;
  /** `waiting`, the HTTP status, `no answer`, or `dropped` by this page. */
  answer: string;
  /** What of a batch was refused. */
  refused: number;
  /** Until the answer, milliseconds. */
  milliseconds?: number;
}

/** How a sign request ended. */
export type SignAnswer = Pick<SignRequest, 'answer'> & Partial<Pick<SignRequest, 'refused'>>;

const KEPT = 50;

/** The sign requests since this page was loaded. */
@Service()
export class SignLog {
  readonly #requests = signal<readonly SignRequest[]>([]);
  readonly #count = signal(0);

  /** Newest first; the last fifty. */
  readonly requests = this.#requests.asReadonly();
  /** How many there were, those included that are no longer kept. */
  readonly count = this.#count.asReadonly();

  /** @returns how many there were since now, as a signal */
  sinceNow() {
    const before = this.#count();
    return computed(() => this.#count() - before);
  }

  /** Notes a request that leaves now; what is returned notes its answer, the first one only. */
  begin(resources: number): (answer: SignAnswer) => void {
    const from = performance.now();
    const id = this.#count() + 1;
    this.#count.set(id);
    const request: SignRequest = { id, at: new Date(), resources, answer: 'waiting', refused: 0 };
    this.#requests.update((requests) => [request, ...requests].slice(0, KEPT));
    return (answer) => {
      const milliseconds = Math.round(performance.now() - from);
      this.#requests.update((requests) =>
        requests.map((each) =>
          each.id === id && each.answer === 'waiting' ? { ...each, ...answer, milliseconds } : each,
        ),
      );
    };
  }
}
