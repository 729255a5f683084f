import { CoherentCache } from '../../platform/coherent-cache.ts';
import { Lease } from '../lease.ts';
import type { LeaseStore, ReceiptStore } from '../ports.ts';
import { Receipts } from '../receipts.ts';
import { FilledAnyway } from './filled-anyway.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Fault, SimulatedDatabase } from './simulated-database.ts';

/** What a gateway derives from a row that it found. */
interface Key {
  kid: string;
}

const QUERY_MS = 1500;
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a gateway of one run is made of. */
export interface GatewayOptions {
  name: string;
  machine: Machine;
  network: Network;
  database: SimulatedDatabase;
  random: Random;
  /** Entries its cache holds. */
  cacheSize: number;
  fault: Fault | undefined;
}

/** One server process: the real lease, the real receipts and the real cache, on a machine and a network that fail. */
export class Gateway {
  readonly machine: Machine;
  readonly lease: Lease;
  readonly receipts: Receipts;
  readonly #options: GatewayOptions;
  readonly #random: Random;
  readonly #cache: Pick<CoherentCache<Key>, 'get' | 'peek' | 'invalidate' | 'clear'>;

  constructor(options: GatewayOptions) {
    const { machine, name, random, cacheSize, fault } = options;
    this.#options = options;
    this.machine = machine;
    const load = (kid: string): Promise<Key | undefined> => this.#lookup(kid);
    this.#cache =
      fault === 'fill-without-epoch' ? new FilledAnyway(load) : new CoherentCache(load, cacheSize);
    let incarnations = 0;
    const newIncarnation = (): string => {
      incarnations += 1;
      return `${name}.${incarnations}`;
    };
    const { clock, timers } = machine;
    this.lease = new Lease({
      store: this.#leaseStore(),
      holder: { incarnation: newIncarnation(), holderId: name },
      log: QUIET,
      ...{ clock, timers, newIncarnation },
    });
    this.lease.onChange(({ kids }) => kids.forEach((kid) => this.#cache.invalidate(kid)));
    this.lease.onMissed(() => this.#cache.clear());
    this.receipts = new Receipts({ store: this.#receiptStore(), lease: this.lease, clock, timers });
    this.#random = random;
  }

  /** Answers one request, in the order of `delivery/check.ts`. */
  async serves(kid: string): Promise<boolean> {
    if (!this.lease.holds()) return false;
    const key = await this.#cache.get(kid);
    if (!key) return false;
    // What stands behind the path may have to be looked up too.
    if (this.#random.chance(0.2)) await this.machine.timers.pause(this.#random.between(0, 100));
    return this.lease.holds() && this.#cache.peek(kid) === key;
  }

  /** Revokes and waits for the receipt, as a call to `POST /owners/{id}/revoke` does. */
  async revoke(kid: string, openMs: number): Promise<void> {
    const { machine, database } = this.#options;
    // The transaction is there until its connection breaks; then it is in, or not.
    const survives = this.#random.chance(0.5);
    const epoch = await this.#ask(() => database.revoke(kid, openMs, () => machine.isAlive || survives));
    if (epoch !== undefined) await this.receipts.settle(epoch);
  }

  #lookup(kid: string): Promise<Key | undefined> {
    const { database, machine, network } = this.#options;
    return this.#ask(() => (database.isLive(kid) ? { kid } : undefined)).then(async (key) => {
      if (this.#random.chance(0.3))
        await machine.timers.pause(this.#random.between(0, network.weather.slowMs));
      return key;
    });
  }

  /** One statement of a pool, which gives up waiting after a while. */
  #ask<T>(answer: () => T | Promise<T>): Promise<T> {
    const { network, machine } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = machine.timers.after(QUERY_MS, () => reject(new Error('no answer')));
      network.ask(machine, answer).then(resolve, reject).finally(stop);
    });
  }

  #leaseStore(): LeaseStore {
    const { network, machine, database } = this.#options;
    return {
      within: (milliseconds, work) =>
        new Promise((resolve, reject) => {
          const late = new Error('no answer in time');
          const lost = Promise.withResolvers<never>();
          lost.promise.catch(() => undefined);
          // What was asked on a connection that was given up is done all the same, and nobody hears of it.
          const ask = <T>(answer: () => T): Promise<T> =>
            Promise.race([network.ask(machine, answer), lost.promise]);
          const stop = machine.timers.after(milliseconds, () => {
            lost.reject(late);
            reject(late);
          });
          work({
            read: (cursor) => ask(() => database.read(cursor)),
            register: (holder, acknowledged) => ask(() => database.register(holder, acknowledged)),
            acknowledge: (incarnation, epoch) => ask(() => database.acknowledge(incarnation, epoch)),
            end: (incarnation) => ask(() => database.end(incarnation)),
          })
            .finally(stop)
            .then(resolve, reject);
        }),
    };
  }

  #receiptStore(): ReceiptStore {
    const { database } = this.#options;
    return {
      liveHolders: (epoch) => this.#ask(() => database.liveHolders(epoch)),
      endLapsedHolders: (incarnations, epoch) =>
        this.#ask(() => database.endLapsedHolders(incarnations, epoch)),
      finish: (receipt) => this.#ask(() => database.finish(receipt)),
      pending: () => this.#ask(() => database.pending()),
      longerLeaseUntil: () => this.#ask(() => database.longerLeaseUntil()),
      forgetLongerLease: (epoch) => this.#ask(() => database.forgetLongerLease(epoch)),
    };
  }
}
