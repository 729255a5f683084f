import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../../server/src/leases/receipts.ts';
import { ask, OpenConnection, type Answer } from './delivery-asks.ts';
import type { Gateway } from './gateway.ts';
import type { GatewayFleet } from './gateway-fleet.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a request that was sent after the receipt was answered. */
export interface Tried {
  gateway: string;
  /** How it was sent. */
  how: 'kept connection' | 'pool' | 'new connection' | 'after the fault' | 'at the end';
  answer: Answer;
}

/** How the round goes, decided before it begins so that the same seed plays the same rounds. */
interface Course {
  uploadsTo: Gateway;
  /** Who has the key and the resource in memory already; the others must ask in the middle of it. */
  warm: readonly Gateway[];
  revoker: Gateway;
  /** In this order when the revoker does not answer. */
  others: readonly Gateway[];
  revokesAfterMs: number;
  /** Requests that cross the revocation: they may be answered either way, and must leave nothing behind. */
  crossing: readonly { gateway: Gateway; afterMs: number }[];
}

/** The life of one owner's URL: it works, the owner is revoked, the receipt arrives, and from then on it is refused. */
export class RevocationRound {
  readonly #fleet: GatewayFleet;
  readonly #ownerId: string;
  readonly #course: Course;
  readonly #connections = new Map<Gateway, OpenConnection>();
  readonly #tries: Promise<Tried>[] = [];
  #target = '';
  #receipt: Receipt | undefined;

  /** @param victim of a fault: asked a second time only once, since it may not answer before the fault ends */
  constructor(fleet: GatewayFleet, ownerId: string, random: SeededRandom, victim: Gateway) {
    this.#fleet = fleet;
    this.#ownerId = ownerId;
    const { gateways } = fleet;
    const revoker = random.one(gateways);
    this.#course = {
      uploadsTo: random.one(gateways),
      warm: random.shuffled(gateways).slice(0, 1 + random.below(gateways.length)),
      revoker,
      others: random.shuffled(gateways.filter((gateway) => gateway !== victim && gateway !== revoker)),
      revokesAfterMs: random.below(120),
      crossing: Array.from({ length: 3 }, () => ({
        gateway: random.one(gateways),
        afterMs: random.below(300),
      })),
    };
  }

  get revoker(): Gateway {
    return this.#course.revoker;
  }

  /** Undefined until it has arrived. */
  get receipt(): Receipt | undefined {
    return this.#receipt;
  }

  /** @returns what the URL was answered where it was tried: 200 each, or the round proves nothing */
  async prepare(): Promise<Answer[]> {
    const { uploadsTo, warm } = this.#course;
    this.#target = await this.#fleet.newUrl(uploadsTo, this.#ownerId);
    for (const gateway of this.#fleet.gateways) {
      const connection = await OpenConnection.to(gateway.origin);
      if (connection) this.#connections.set(gateway, connection);
    }
    return Promise.all(warm.map((gateway) => this.#connections.get(gateway)?.ask(this.#target) ?? 0));
  }

  /** Revokes, and when the receipt has arrived sends requests everywhere; what they are answered, `tried` says. */
  async revoke(): Promise<void> {
    const { revoker, others, revokesAfterMs, crossing } = this.#course;
    const crossed = crossing.map(async ({ gateway, afterMs }) => {
      await sleep(afterMs);
      await ask(gateway.origin, this.#target);
    });
    this.#tries.push(...crossed.map((done) => done.then(() => neither)));
    await sleep(revokesAfterMs);
    this.#receipt = await this.#fleet.revoke(revoker, this.#ownerId);
    for (let turn = 0; !this.#receipt; turn += 1) {
      await sleep(20);
      const other = others[turn % others.length] ?? revoker;
      this.#receipt = await this.#fleet.revoke(other, this.#ownerId);
    }
    for (const gateway of this.#fleet.gateways) {
      const kept = this.#connections.get(gateway);
      if (kept) this.#try(gateway, 'kept connection', kept.ask(this.#target));
      this.#try(gateway, 'pool', ask(gateway.origin, this.#target));
      this.#try(gateway, 'new connection', this.#askAnew(gateway));
    }
  }

  /** Tries it once more, if the receipt has arrived. */
  tryAgain(gateway: Gateway, how: 'after the fault' | 'at the end'): void {
    if (this.#receipt) this.#try(gateway, how, ask(gateway.origin, this.#target));
  }

  /** @returns everything that was sent after the receipt, answered */
  async tried(): Promise<Tried[]> {
    const tries = await Promise.all(this.#tries);
    return tries.filter((one) => one !== neither);
  }

  /** @returns the first answer that is no 503: what this gateway says when it has its lease */
  async lastAnswer(gateway: Gateway): Promise<Answer> {
    for (;;) {
      const answer = await ask(gateway.origin, this.#target);
      if (answer !== 503) return answer;
      await sleep(20);
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  #try(gateway: Gateway, how: Tried['how'], asked: Promise<Answer>): void {
    this.#tries.push(asked.then((answer) => ({ gateway: gateway.name, how, answer })));
  }

  async #askAnew(gateway: Gateway): Promise<Answer> {
    const connection = await OpenConnection.to(gateway.origin);
    const answer = await connection?.ask(this.#target);
    connection?.close();
    return answer ?? 0;
  }
}

const neither: Tried = { gateway: '', how: 'pool', answer: 0 };
