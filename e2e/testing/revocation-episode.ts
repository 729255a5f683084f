import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../../server/src/leases/receipts.ts';
import { ask, type Answer } from './delivery-asks.ts';
import { FAULTS, type FaultName } from './gateway-faults.ts';
import type { Gateway } from './gateway.ts';
import type { GatewayFleet } from './gateway-fleet.ts';
import { RevocationRound, type Tried } from './revocation-round.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A fault, and whether it outlasts the receipts of everybody else or ends in the middle of them. */
export interface Episode {
  fault: FaultName;
  lasts: 'long' | 'short';
}

/** What some rounds have found. */
export class Findings {
  rounds = 0;
  /** How often each answer was given to a request that was sent after the receipt. */
  readonly answers = new Map<Answer, number>();
  readonly modes = new Map<Receipt['mode'], number>();
  /** Requests after a receipt that were served: none is allowed. */
  readonly served: string[] = [];
  /** Receipts that did not wait for an acknowledgement and name the gateway that was cut off. */
  named = 0;
  /** Those that should name it, and do not. */
  readonly unnamed: string[] = [];
  /** URLs that did not work before, or were not refused once their gateway had its lease again. */
  readonly unexpected: string[] = [];

  add(episode: Episode, round: RevocationRound, tried: readonly Tried[], victim: Gateway): void {
    this.rounds += 1;
    if (round.receipt) count(this.modes, round.receipt.mode);
    this.#lookForName(episode, round, victim);
    for (const { gateway, how, answer } of tried) {
      count(this.answers, answer);
      if (answer >= 200 && answer < 400) {
        this.served.push(`${answer} by ${gateway}, ${how}; ${episode.lasts} ${episode.fault}`);
      }
    }
  }

  /** While one gateway is cut off, a receipt that time has made names it; the first ends it, and later ones need not wait. */
  #lookForName({ fault, lasts }: Episode, { receipt, revoker }: RevocationRound, victim: Gateway): void {
    if (lasts !== 'long' || fault !== 'cutOff' || revoker === victim || receipt?.mode !== 'fallback') return;
    if (receipt.lapsed.includes(victim.holderId)) this.named += 1;
    else
      this.unnamed.push(`epoch ${receipt.epoch}: ${receipt.lapsed.join(' ')} instead of ${victim.holderId}`);
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Plays rounds on a fleet. */
export class RevocationOracle {
  readonly findings = new Findings();
  readonly #fleet: GatewayFleet;
  readonly #random: SeededRandom;
  #owners = 0;
  #evergreen: Promise<string> | undefined;

  constructor(fleet: GatewayFleet, random: SeededRandom) {
    this.#fleet = fleet;
    this.#random = random;
  }

  /**
   * So many rounds at once, and a fault meanwhile.
   *
   * @param victim whom it befalls; chosen when it is not said
   */
  async play(
    episode: Episode,
    rounds: number,
    victim = this.#random.one(this.#fleet.gateways),
  ): Promise<void> {
    const { fault, lasts } = episode;
    const played = Array.from({ length: rounds }, () => {
      this.#owners += 1;
      return new RevocationRound(this.#fleet, `owner-${this.#owners}`, this.#random, victim);
    });
    const faultAfterMs = this.#random.below(60);
    const faultLastsMs = this.#random.below(800);
    const before = await Promise.all(played.map((round) => round.prepare()));
    if (before.flat().some((answer) => answer !== 200)) {
      this.findings.unexpected.push(`before a revocation: ${before.flat().join(' ')}`);
    }

    const revoking = played.map(async (round) => ({ round, done: await round.revoke() }));
    await sleep(faultAfterMs);
    await FAULTS[fault].begin(victim);
    if (lasts === 'long') await this.#receiptsOfOthers(played, revoking, victim);
    else if (fault !== 'nothing' && fault !== 'killed') await sleep(faultLastsMs);
    await FAULTS[fault].end(victim);
    played.forEach((round) => round.tryAgain(victim, 'after the fault'));
    await Promise.all(revoking);
    await this.#serves(victim);
    played.forEach((round) => round.tryAgain(victim, 'at the end'));
    for (const round of played) {
      this.findings.add(episode, round, await round.tried(), victim);
      const last = await round.lastAnswer(victim);
      if (last !== 403) this.findings.unexpected.push(`${last} at the end; ${lasts} ${fault}`);
      round.close();
    }
  }

  /** Resolves when everybody has a receipt but those who asked the victim for it. */
  async #receiptsOfOthers(
    rounds: readonly RevocationRound[],
    revoking: readonly Promise<unknown>[],
    victim: Gateway,
  ): Promise<void> {
    await Promise.all(revoking.filter((_, index) => rounds[index]?.revoker !== victim));
  }

  /** Resolves when this gateway has its lease again: it serves what nobody revokes. */
  async #serves(gateway: Gateway): Promise<void> {
    const [first] = this.#fleet.gateways;
    this.#evergreen ??= this.#fleet.newUrl(first ?? gateway, 'evergreen');
    const target = await this.#evergreen;
    while ((await ask(gateway.origin, target)) !== 200) await sleep(20);
  }
}
