import { fileURLToPath } from 'node:url';
import { PgBouncer, pgbouncerPath } from '../server/src/testing/pgbouncer.ts';
import { GatewayFleet } from './testing/gateway-fleet.ts';
import { RevocationOracle, type Episode } from './testing/revocation-episode.ts';
import { SeededRandom } from './testing/seeded-random.ts';

const SCALE = Number(process.env['SCALE'] ?? 1);
const SEED = Number(process.env['SEED'] ?? 1);
const TIMEOUT_MS = 180_000 * SCALE;
const ROUNDS_AT_ONCE = 8;

/** How often each is played; 25 episodes of 8 rounds are 200 rounds. */
const EPISODES: readonly (Episode & { times: number })[] = [
  { fault: 'nothing', lasts: 'short', times: 8 },
  { fault: 'paused', lasts: 'short', times: 3 },
  { fault: 'paused', lasts: 'long', times: 3 },
  { fault: 'heldBack', lasts: 'short', times: 2 },
  { fault: 'heldBack', lasts: 'long', times: 2 },
  { fault: 'deaf', lasts: 'short', times: 1 },
  { fault: 'deaf', lasts: 'long', times: 2 },
  { fault: 'cutOff', lasts: 'long', times: 2 },
  { fault: 'killed', lasts: 'short', times: 1 },
  { fault: 'killed', lasts: 'long', times: 1 },
];

/** Behind the pooler. */
const POOLED: readonly Episode[] = [
  { fault: 'nothing', lasts: 'short' },
  { fault: 'heldBack', lasts: 'long' },
  { fault: 'paused', lasts: 'long' },
  { fault: 'cutOff', lasts: 'long' },
];
/** For all gateways together, so that they share them all the time. */
const POOLED_CONNECTIONS = 4;

describe('a request sent after the receipt was received', () => {
  it(
    'is refused by each of three gateways, whatever befalls one of them meanwhile',
    async () => {
      const random = new SeededRandom(SEED);
      const fleet = await GatewayFleet.start({ names: ['one', 'two', 'three'] });
      try {
        const oracle = new RevocationOracle(fleet, random);
        const deck = EPISODES.flatMap(({ times, ...episode }) =>
          Array.from({ length: times * SCALE }, () => episode),
        );
        for (const episode of random.shuffled(deck)) await oracle.play(episode, ROUNDS_AT_ONCE);
        const { findings } = oracle;
        expect(findings.served).toEqual([]);
        expect(findings.unexpected).toEqual([]);
        expect(findings.unnamed).toEqual([]);
        expect(findings.named).toBeGreaterThan(0);
        expect(findings.rounds).toBe(200 * SCALE);
        expect(findings.modes.get('early')).toBeGreaterThan(0);
        expect(findings.modes.get('fallback')).toBeGreaterThan(0);
        expect(findings.answers.get(403)).toBeGreaterThan(findings.rounds);
        expect(findings.answers.get(503)).toBeGreaterThan(0);
      } finally {
        await fleet.stop();
      }
    },
    TIMEOUT_MS,
  );

  it(
    'is refused when all of them work through a pooler in transaction mode',
    async () => {
      if (!pgbouncerPath) pending('needs pgbouncer');
      let pgbouncer: PgBouncer | undefined;
      const fleet = await GatewayFleet.start({
        names: ['one', 'two', 'three'],
        pooler: async (url) => (pgbouncer = await PgBouncer.start(url, POOLED_CONNECTIONS)).url,
      });
      try {
        const oracle = new RevocationOracle(fleet, new SeededRandom(SEED));
        for (const episode of POOLED) await oracle.play(episode, ROUNDS_AT_ONCE);
        const { findings } = oracle;
        expect(findings.served).toEqual([]);
        expect(findings.unexpected).toEqual([]);
        expect(findings.modes.get('early')).toBeGreaterThan(0);
        expect(findings.modes.get('fallback')).toBeGreaterThan(0);
      } finally {
        await fleet.stop();
        await pgbouncer?.stop();
      }
    },
    TIMEOUT_MS,
  );

  it(
    'is served by a gateway that believes its lease is never over, and that is noticed',
    async () => {
      const broken = fileURLToPath(new URL('testing/always-holding-lease.ts', import.meta.url));
      const fleet = await GatewayFleet.start({
        names: ['sound', 'broken'],
        variables: { broken: { NODE_OPTIONS: `--import=${broken}` } },
      });
      try {
        const oracle = new RevocationOracle(fleet, new SeededRandom(SEED));
        // So many that some are asked of the sound one after the other is cut off, whatever the seed.
        await oracle.play({ fault: 'heldBack', lasts: 'long' }, 2 * ROUNDS_AT_ONCE, fleet.gateways[1]);
        expect(oracle.findings.served.length).toBeGreaterThan(0);
        expect(oracle.findings.served.filter((line) => !line.includes('by broken'))).toEqual([]);
      } finally {
        await fleet.stop();
      }
    },
    TIMEOUT_MS,
  );
});
