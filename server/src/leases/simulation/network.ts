import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What is wrong with the network of one run. */
export interface Weather {
  /** Longest usual delay of a message, milliseconds. */
  delayMs: number;
  /** Share of messages that take up to `lateMs` instead. */
  late: number;
  lateMs: number;
  /** Share of messages that never arrive. */
  lost: number;
  /** Longest time that a slow lookup takes, milliseconds. */
  slowMs: number;
}

/** Nothing is wrong with it. */
export const FAIR: Weather = { delayMs: 2, late: 0, lateMs: 0, lost: 0, slowMs: 0 };

/** @returns something that is wrong with it, or little */
export const badWeather = (random: Random): Weather => ({
  delayMs: random.pick([2, 20, 100]),
  late: random.pick([0, 0.03, 0.2]),
  lateMs: random.pick([300, 1500]),
  lost: random.pick([0, 0, 0.02, 0.1]),
  slowMs: random.pick([50, 500, 1500]),
});

/** Carries questions from machines to the database and answers back, late, twice as late, or never. */
export class Network {
  readonly #time: VirtualTime;
  readonly #random: Random;
  /** May be changed at any time. */
  weather = FAIR;

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  /** @returns the answer; settles never when it or the question was lost */
  ask<T>(machine: Machine, answer: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const back = (settle: () => void): void => this.send(machine, () => machine.run(settle));
      this.send(machine, () => {
        void Promise.resolve()
          .then(answer)
          .then(
            (value) => back(() => resolve(value)),
            (error: unknown) => back(() => reject(error instanceof Error ? error : new Error('failed'))),
          );
      });
    });
  }

  /** Carries one message to or from a machine. */
  send(machine: Machine, arrive: () => void): void {
    const { lost, late, lateMs, delayMs } = this.weather;
    if (this.#random.chance(lost)) return;
    const delay = this.#random.chance(late)
      ? this.#random.between(0, lateMs)
      : this.#random.between(0.1, delayMs);
    this.#time.after(delay, () => {
      const held = machine.cutOffUntil - this.#time.now;
      if (held <= 0) arrive();
      // A packet is gone, or sent again when there is a way: then it arrives when nobody expects it any more.
      else if (this.#random.chance(0.5)) this.#time.after(held + this.#random.between(0, delayMs), arrive);
    });
  }
}
