import { playEpisode, type Outcome } from './simulation/episode.ts';
import type { Fault } from './simulation/simulated-database.ts';

const scale = Number(process.env['SCALE'] ?? 1);
const seed = Number(process.env['SEED'] ?? 1) * 1_000_003;
const RUNS = 10_000 * scale;
/** A broken protocol is caught in the first hundred as a rule. */
const BROKEN_RUNS = 3000;

const minutes = (runs: number): number => Math.max(120_000, runs * 30);

/** Each run is one event after the other in virtual time, with a seed of its own: `playEpisode(seed)` repeats it. */
describe('The lease protocol in a simulation', () => {
  it(
    `refuses every request that was sent after the receipt, in ${RUNS} runs from seed ${seed} on`,
    async () => {
      const sum = { served: 0, afterReceipt: 0, early: 0, fallback: 0, outstanding: 0 };
      const violations: string[] = [];
      for (let run = 0; run < RUNS && violations.length < 5; run += 1) {
        const outcome = await playEpisode(seed + run);
        if (outcome.violation) violations.push(sentence(outcome));
        for (const name of ['served', 'afterReceipt', 'early', 'fallback', 'outstanding'] as const)
          sum[name] += outcome[name];
      }
      expect(violations).toEqual([]);
      // What never happens proves nothing.
      expect(sum.served).toBeGreaterThan(RUNS * 10);
      expect(sum.afterReceipt).toBeGreaterThan(RUNS * 10);
      expect(sum.early).toBeGreaterThan(RUNS / 2);
      expect(sum.outstanding).withContext('receipts that never came').toBe(0);
      expect(sum.fallback).toBeGreaterThan(RUNS / 4);
    },
    minutes(RUNS),
  );

  it('waits for the server that takes up what another, killed when the faults were over, had left pending', async () => {
    // Both keys are asked to be revoked at 6300 ms, and whoever settles them is killed at 6564 ms.
    const { violation, outstanding, early, fallback } = await playEpisode(5278020478);
    expect({ violation, outstanding, receipts: early + fallback }).toEqual({
      violation: undefined,
      outstanding: 0,
      receipts: 2,
    });
  });

  it('plays a run again, event by event, from its seed', async () => {
    for (let run = 0; run < 5; run += 1) {
      expect(await playEpisode(seed + run)).toEqual(await playEpisode(seed + run));
    }
  });

  const caught = (fault: Fault, what: string): void =>
    it(
      `would see ${what}`,
      async () => {
        for (let run = 0; run < BROKEN_RUNS; run += 1) {
          const { violation } = await playEpisode(seed + run, fault);
          if (violation?.includes(' served ')) {
            expect(violation).toMatch(/^gateway \d served [ab] at /);
            return;
          }
        }
        fail(`not in ${BROKEN_RUNS} runs from seed ${seed} on`);
      },
      minutes(BROKEN_RUNS),
    );

  caught('sequence', 'a sequence in place of the row whose lock orders commits');
  caught('no-registration', 'holders that do not register before their first lease');
  caught('fill-without-epoch', 'a cache that keeps an answer from before the revocation');
  caught('lowered-at-once', 'a lowered lease time that counts before the longer one is over');
});

const sentence = ({ seed: run, violation }: Outcome): string => `playEpisode(${run}): ${violation}`;
