import type { Clock } from '../../platform/clock.ts';
import type { Timers } from '../../platform/timers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One process on one machine: with clocks of its own, which can be stopped, put to sleep, cut off and killed. */
export class Machine {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly #time: VirtualTime;
  #wallMs: number;
  #asleepMs = 0;
  #stoppedUntil = 0;
  #cutOffUntil = 0;
  #waiting: (() => void)[] = [];
  isAlive = true;

  /**
   * @param rate how fast its clocks run, 1 is right
   * @param wallMs what its wall clock shows at time 0
   */
  constructor(time: VirtualTime, rate: number, wallMs: number) {
    this.#time = time;
    this.#wallMs = wallMs;
    this.clock = {
      monotonic: () => (time.now - this.#asleepMs) * rate,
      now: () => Math.floor(this.#wallMs + time.now * rate),
    };
    this.timers = {
      after: (milliseconds, work) => time.after(milliseconds / rate, () => this.run(work)),
      pause: (milliseconds) => new Promise((resolve) => this.timers.after(milliseconds, resolve)),
    };
  }

  /** When messages get through again; in the past when they do. */
  get cutOffUntil(): number {
    return this.#cutOffUntil;
  }

  /** Runs `work` in this process: at once, when it goes on, or never. */
  run(work: () => void): void {
    if (!this.isAlive) return;
    if (this.#time.now < this.#stoppedUntil) this.#waiting.push(work);
    else work();
  }

  /** As SIGSTOP and SIGCONT: the clocks go on, nothing else does. */
  stop(milliseconds: number): void {
    if (this.#time.now < this.#stoppedUntil) return;
    this.#stoppedUntil = this.#time.now + milliseconds;
    this.#time.after(milliseconds, () => this.#goOn());
  }

  /** The machine sleeps: only its wall clock goes on. */
  sleep(milliseconds: number): void {
    if (this.#time.now < this.#stoppedUntil) return;
    this.stop(milliseconds);
    this.#asleepMs += milliseconds;
  }

  /** Somebody, or NTP, sets the wall clock. */
  stepWall(milliseconds: number): void {
    this.#wallMs += milliseconds;
  }

  cutOff(milliseconds: number): void {
    this.#cutOffUntil = this.#time.now + milliseconds;
  }

  /** Each piece of work that waited is an event of its own, in the order in which it came. */
  #goOn(): void {
    for (const work of this.#waiting.splice(0)) this.#time.after(0, () => this.run(work));
  }
}
