import { clean } from './clean.ts';
import type { DenialCount } from './denial.store.ts';

/** Bounds of the tally. */
export interface TallyBounds {
  /** Pairs of cause and network that are told apart in one minute; the others count as network `other`. Default 1000. */
  maxKeys?: number;
  /** Sample rows per cause, network and minute. Default 10. */
  samplesPerKey?: number;
  /** Sample rows per minute in all, so that a scan from many networks is bounded too. Default 1000. */
  samplesPerMinute?: number;
}

const MINUTE_MS = 60_000;
const OTHER = 'other';
const LONGEST_CAUSE = 64;

/**
 * Counts denials per cause, network and minute, and says which are worth a row. Its memory is bounded, and so is what
 * it makes others store in a minute.
 */
export class DenialTally {
  readonly #bounds: Required<TallyBounds>;
  #counts = new Map<string, DenialCount>();
  #minute = 0;
  /** Samples taken in this minute, by cause and network. */
  #samples = new Map<string, number>();
  #samplesTaken = 0;

  constructor(bounds: TallyBounds = {}) {
    this.#bounds = { maxKeys: 1000, samplesPerKey: 10, samplesPerMinute: 1000, ...bounds };
  }

  /** There is something to `take`. */
  get hasCounts(): boolean {
    return this.#counts.size > 0;
  }

  /**
   * Counts one denial.
   *
   * @param now milliseconds since 1970
   * @returns whether it is one of the samples that get a row
   */
  add(now: number, cause: string, ipPrefix: string): boolean {
    this.#begin(now - (now % MINUTE_MS));
    const short = clean(cause.slice(0, LONGEST_CAUSE));
    const network = this.#isToldApart(`${short} ${ipPrefix}`) ? clean(ipPrefix) : OTHER;
    this.#count({ minute: this.#minute, cause: short, ipPrefix: network, denials: 1 });
    return this.#takesSample(`${short} ${network}`);
  }

  /** Hands over what was counted since the last time. */
  take(): DenialCount[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts;
  }

  /** Adds what could not be written. */
  putBack(counts: readonly DenialCount[]): void {
    for (const count of counts) this.#count(count);
  }

  #begin(minute: number): void {
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#samples.clear();
    this.#samplesTaken = 0;
  }

  #isToldApart(key: string): boolean {
    return this.#samples.has(key) || this.#samples.size < this.#bounds.maxKeys;
  }

  #count(count: DenialCount): void {
    const key = `${count.minute} ${count.cause} ${count.ipPrefix}`;
    const known = this.#counts.get(key);
    if (known) known.denials += count.denials;
    else if (this.#counts.size < this.#bounds.maxKeys) this.#counts.set(key, { ...count });
    else this.#countAsOther(count);
  }

  /** Full, as it only gets while the database is away: one entry per cause, of the minute in which it began. */
  #countAsOther({ minute, cause, denials }: DenialCount): void {
    const key = `${OTHER} ${cause}`;
    const known = this.#counts.get(key);
    if (known) known.denials += denials;
    else this.#counts.set(key, { minute, cause, ipPrefix: OTHER, denials });
  }

  #takesSample(key: string): boolean {
    const taken = this.#samples.get(key) ?? 0;
    const isTaken = taken < this.#bounds.samplesPerKey && this.#samplesTaken < this.#bounds.samplesPerMinute;
    this.#samples.set(key, taken + (isTaken ? 1 : 0));
    if (isTaken) this.#samplesTaken += 1;
    return isTaken;
  }
}
