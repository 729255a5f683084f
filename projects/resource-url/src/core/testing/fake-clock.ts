import type { Cancel, Clock } from '../clock.ts';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that moves when a spec says so. Microtasks run at the end of every turn: after each timer, and in `turn()`. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1, 12);
  #hidden = false;
  #jobs: (() => void)[] = [];
  readonly #timers = new Set<Timer>();

  readonly now = (): number => this.#now;

  readonly after = (ms: number, run: () => void): Cancel => {
    const timer = { due: this.#now + ms, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      return undefined;
    };
  };

  /** Runs something at the end of this turn. */
  readonly microtask = (run: () => void): void => {
    this.#jobs.push(run);
  };

  /** How many timers wait, those that a hidden page holds back among them. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How many microtasks ran. */
  microtasksRun = 0;

  /** Ends the turn: runs the microtasks, those that they add among them. */
  turn(): void {
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      this.microtasksRun += 1;
      job();
    }
  }

  /** Lets time go by; every timer that comes due runs at its own time, unless the page is hidden. */
  advance(ms: number): void {
    this.turn();
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      this.turn();
    }
    this.#now = end;
  }

  hide(): void {
    this.#hidden = true;
  }

  /** Runs what came due while nobody could look. */
  show(): void {
    this.#hidden = false;
    this.advance(0);
  }

  #next(end: number): Timer | undefined {
    if (this.#hidden) return undefined;
    return [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }
}
