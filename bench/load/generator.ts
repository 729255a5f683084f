import autocannon from 'autocannon';
import { hasWrk, wrkRequestsPerSecond } from './wrk.ts';

/** One round of load. */
export interface Load {
  url: string;
  connections: number;
  seconds: number;
  requests: autocannon.Request[];
}

/** @returns answered requests per second, by wrk where it is installed; every answer must be 200 */
export function requestsPerSecond(load: Load): Promise<number> {
  return hasWrk ? wrkRequestsPerSecond(load) : autocannonRequestsPerSecond(load);
}

async function autocannonRequestsPerSecond({ url, connections, seconds, requests }: Load): Promise<number> {
  const result = await autocannon({ url, connections, duration: seconds, requests });
  const answered = result['2xx'];
  if (result.errors > 0 || result.non2xx > 0 || answered === 0) {
    throw new Error(`${result.errors} errors, ${result.non2xx} refusals, ${answered} answers`);
  }
  return answered / result.duration;
}

/** @returns the middle one; of an even number, the upper */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What a benchmark reports: a rate beside its floor, measured in the same run. */
export interface Figure {
  name: string;
  rate: number;
  floor: number;
  ratio: number;
  /** The least ratio that is good enough. */
  hold: number;
  unit?: string;
}

/**
 * Rounds of floor and subject in turn, so that a busy machine slows both alike.
 *
 * @param name of the figure
 * @param hold the ratio to hold
 */
export async function compare(
  name: string,
  hold: number,
  floor: () => Promise<number>,
  subject: () => Promise<number>,
  rounds = 5,
): Promise<Figure> {
  await floor();
  await subject();
  const floors: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await floor());
    rates.push(await subject());
  }
  const ratio = median(rates.map((rate, index) => rate / (floors[index] ?? Number.NaN)));
  return { name, rate: median(rates), floor: median(floors), ratio, hold };
}
