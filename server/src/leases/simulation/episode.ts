import { Gateway } from './gateway.ts';
import { Machine } from './machine.ts';
import { badWeather, FAIR, Network } from './network.ts';
import { Random } from './random.ts';
import { SimulatedDatabase, type Fault } from './simulated-database.ts';
import { VirtualTime } from './virtual-time.ts';

const REVOKED = ['a', 'b'] as const;
const LIVE = 'live';
/** Until then things go wrong. */
const FAULTS_MS = 4500;
/** Then whoever asked for a receipt after the faults has it. */
const MENDED_MS = 4200;
const LONG_LEASE_MS = 3000;
/** Rates of clocks, 1 is right. */
const SLOWEST = 0.98;
const FASTEST = 1.02;

/** What one run came to. */
export interface Outcome {
  seed: number;
  /** What broke the promise, in one sentence; undefined: nothing. */
  violation: string | undefined;
  served: number;
  /** Requests for a revoked key that were sent after its receipt, and answered. */
  afterReceipt: number;
  early: number;
  fallback: number;
  /** 1: a receipt had not come by the end of the run. */
  outstanding: number;
}

/** Plays one run: some gateways, two revocations, and whatever may go wrong meanwhile. The same seed plays the same. */
export async function playEpisode(seed: number, fault?: Fault): Promise<Outcome> {
  const episode = new Episode(seed, fault);
  await episode.play();
  return episode.outcome;
}

class Episode {
  readonly outcome: Outcome;
  readonly #fault: Fault | undefined;
  readonly #random: Random;
  readonly #time = new VirtualTime();
  readonly #network: Network;
  readonly #database: SimulatedDatabase;
  readonly #gateways: Gateway[] = [];
  readonly #receiptAt = new Map<string, number>();
  readonly #cacheSize: number;
  /** Whether a long lease time is lowered shortly before a key is revoked. */
  readonly #lowers: boolean;
  readonly #endMs: number;
  /** Milliseconds within which whoever starts in fair weather has finished what is pending. */
  readonly #receiptMs: number;
  #lastBootAt = 0;
  #isMended = false;
  /** In one run machines sleep, in another wall clocks are set: a lease survives either, and no clock shows both. */
  readonly #sleeps: boolean;

  constructor(seed: number, fault: Fault | undefined) {
    this.outcome = {
      seed,
      violation: undefined,
      served: 0,
      afterReceipt: 0,
      early: 0,
      fallback: 0,
      outstanding: 0,
    };
    this.#fault = fault;
    this.#random = new Random(seed);
    this.#network = new Network(this.#time, this.#random);
    this.#lowers = this.#random.chance(0.15);
    this.#endMs = FAULTS_MS + MENDED_MS + (this.#lowers ? LONG_LEASE_MS - 2000 : 0);
    const leaseMs = this.#lowers ? LONG_LEASE_MS : this.#random.pick([1000, 2000]);
    // The longest wait of a receipt, on the slowest clock, and some messages before and after it.
    this.#receiptMs = (Math.max(leaseMs, 2000) * 1.05 + 50) / SLOWEST + 100;
    this.#database = new SimulatedDatabase(this.#time, leaseMs, fault);
    this.#cacheSize = this.#random.pick([1, 2, 100]);
    this.#sleeps = this.#random.chance(0.5);
    this.#database.onCommit = (epoch) => this.#tellListeners(epoch);
    this.#database.onReceipt = (kid, { mode }) => {
      this.outcome[mode] += 1;
      this.#receiptAt.set(kid, this.#time.now);
      for (let slot = 0; slot < this.#gateways.length; slot += 1) {
        this.#time.after(this.#random.between(0.001, 5), () => this.#request(slot, kid));
      }
    };
  }

  async play(): Promise<void> {
    const gateways = this.#random.pick([2, 2, 3, 4]);
    for (let slot = 0; slot < gateways; slot += 1) this.#boot(slot);
    this.#time.after(100, () => (this.#network.weather = badWeather(this.#random)));
    for (let slot = 0; slot < gateways; slot += 1) this.#planFaults(slot);
    this.#planRevocations();
    this.#planRequests();
    this.#time.after(FAULTS_MS, () => this.#mend());
    await this.#time.runUntil(this.#endMs);
    await this.#time.runUntil(Math.max(this.#endMs, this.#lastBootAt + this.#receiptMs));
    await this.#judgeTheEnd();
  }

  /** Starts a process, and another when it cannot start. */
  #boot(slot: number): void {
    this.#lastBootAt = this.#time.now;
    const machine = new Machine(
      this.#time,
      this.#random.between(SLOWEST, FASTEST),
      1_800_000_000_000 + this.#random.between(-1e6, 1e6),
    );
    const gateway = new Gateway({
      name: `${slot}@${this.#time.now}`,
      ...{ machine, network: this.#network, database: this.#database, random: this.#random },
      ...{ cacheSize: this.#cacheSize, fault: this.#fault },
    });
    this.#gateways[slot] = gateway;
    let hasStarted = false;
    gateway.lease.start().then(
      () => {
        hasStarted = true;
        // As `Upkeep` does at the start.
        gateway.receipts.finishPending(0).catch(() => undefined);
        gateway.receipts.settleLease().catch(() => undefined);
      },
      () => undefined,
    );
    // Who called the process that was killed calls again, unless the change is in: then it is this one's to finish.
    if (this.#isMended) this.#askAgain((kid) => this.#database.isLive(kid));
    this.#time.after(800, () => {
      if (!hasStarted && machine.isAlive) this.#crash(slot, 1);
    });
  }

  #crash(slot: number, forMs: number): void {
    const gateway = this.#gateways[slot];
    if (!gateway?.machine.isAlive) return;
    gateway.machine.isAlive = false;
    this.#time.after(forMs, () => this.#boot(slot));
  }

  #tellListeners(epoch: number): void {
    if (this.#random.chance(0.3)) return;
    for (const { machine, lease } of this.#gateways) {
      this.#network.send(machine, () => machine.run(() => lease.hurry(epoch)));
    }
  }

  /** Whatever begins ends when the faults end. */
  #planFaults(slot: number): void {
    const random = this.#random;
    const machine = (): Machine | undefined => this.#gateways[slot]?.machine;
    this.#perhaps(0.4, (mostMs) => machine()?.stop(mostMs));
    const step = (): void => machine()?.stepWall(random.pick([-1e5, -1000, -300, -10, 10, 1000, 1e5]));
    this.#perhaps(0.4, (mostMs) => {
      machine()?.cutOff(mostMs);
      // Back, and in the middle of a lease, is where a wall clock alone would let it go on.
      if (!this.#sleeps && random.chance(0.5)) this.#time.after(random.between(100, 1500), step);
    });
    if (this.#sleeps) this.#perhaps(0.2, (mostMs) => machine()?.sleep(mostMs));
    else this.#perhaps(0.2, step);
    this.#perhaps(0.2, (mostMs) => this.#crash(slot, Math.min(mostMs, random.between(1, 1500))));
    if (slot > 0) return;
    if (!this.#lowers) this.#perhaps(0.3, () => this.#setLease(random.pick([1000, 1500, 2000])));
    this.#perhaps(0.3, () => this.#database.compact(random.pick([0, 1])));
  }

  #perhaps(probability: number, happen: (mostMs: number) => void): void {
    const random = this.#random;
    if (!random.chance(probability)) return;
    const at = random.between(300, FAULTS_MS - 200);
    const lasts = Math.min(random.between(10, 4000), FAULTS_MS - at);
    this.#time.after(at, () => happen(lasts));
  }

  /** Two, one inside the other as often as not, each held open before its commit. */
  #planRevocations(): void {
    const random = this.#random;
    const first = random.between(500, 3000);
    if (this.#lowers) this.#lowerBefore(first);
    const apart = random.chance(0.7) ? random.between(0, 300) : random.between(0, 1500);
    for (const [kid, at] of [
      ['a', first],
      ['b', first + apart],
    ] as const) {
      const slot = this.#anySlot();
      this.#time.after(at, () => this.#revoke(slot, kid, random.chance(0.6) ? random.between(0, 600) : 0));
      if (random.chance(0.3)) {
        this.#time.after(at + random.between(0, 2500), () => this.#crash(slot, random.between(1, 500)));
      }
      // Who got no answer calls again, perhaps elsewhere.
      if (random.chance(0.5)) {
        this.#time.after(at + random.between(100, 2000), () => this.#revoke(this.#anySlot(), kid, 0));
      }
    }
  }

  /** A long lease goes on while somebody is cut off, and receipts must count with it. */
  #lowerBefore(revoked: number): void {
    const random = this.#random;
    const at = revoked - random.between(1, 400);
    this.#time.after(at, () => this.#setLease(1000));
    const cutOff = this.#anySlot();
    this.#time.after(random.chance(0.5) ? at + random.between(0, 200) : at - random.between(0, 200), () => {
      this.#gateways[cutOff]?.machine.cutOff(random.between(500, 3500));
    });
  }

  /** As `countersign lease set` does. */
  #setLease(milliseconds: number): void {
    const settler = this.#anySlot();
    void this.#database.setLease(milliseconds).then(() => {
      const gateway = this.#gateways[settler];
      gateway?.machine.run(() => void gateway.receipts.settleLease().catch(() => undefined));
    });
  }

  #anySlot(): number {
    return Math.floor(this.#random.next() * this.#gateways.length);
  }

  #revoke(slot: number, kid: string, openMs: number): void {
    const gateway = this.#gateways[slot];
    gateway?.machine.run(() => void gateway.revoke(kid, openMs).catch(() => undefined));
  }

  #planRequests(): void {
    let at = 150;
    while (at < this.#endMs - 500) {
      this.#time.after(at, () =>
        this.#request(this.#anySlot(), this.#random.pick(['a', 'b', 'a', 'b', LIVE])),
      );
      at += this.#random.between(10, 180);
    }
  }

  #request(slot: number, kid: string): void {
    const sentAt = this.#time.now;
    const gateway = this.#gateways[slot];
    if (!gateway) return;
    const delay = this.#random.chance(0.1) ? this.#random.between(0, 500) : this.#random.between(0, 3);
    this.#time.after(delay, () =>
      gateway.machine.run(() => {
        gateway.serves(kid).then(
          (isServed) => this.#judge(slot, kid, sentAt, isServed),
          () => this.#judge(slot, kid, sentAt, false),
        );
      }),
    );
  }

  /** The promise: a request sent after the receipt was there is refused. */
  #judge(slot: number, kid: string, sentAt: number, isServed: boolean): void {
    if (isServed) this.outcome.served += 1;
    const receiptAt = this.#receiptAt.get(kid);
    if (receiptAt === undefined || sentAt <= receiptAt) return;
    this.outcome.afterReceipt += 1;
    if (isServed) {
      this.outcome.violation ??= `gateway ${slot} served ${kid} at ${this.#time.now} ms to a request sent at ${sentAt} ms, after the receipt of ${receiptAt} ms`;
    }
  }

  /** Everything works again, and whoever still waits for a receipt asks for it. */
  #mend(): void {
    this.#network.weather = FAIR;
    for (const { machine } of this.#gateways) machine.cutOff(0);
    this.#isMended = true;
    for (const later of [700, 1800]) this.#time.after(later, () => this.#askAgain(() => true));
  }

  #askAgain(about: (kid: string) => boolean): void {
    const slot = this.#gateways.findIndex(({ machine }) => machine.isAlive);
    for (const kid of REVOKED) if (!this.#receiptAt.has(kid) && about(kid)) this.#revoke(slot, kid, 0);
  }

  /** A protocol that never answers, or refuses everything, would keep the promise too. */
  async #judgeTheEnd(): Promise<void> {
    const late = REVOKED.find((kid) => !this.#receiptAt.has(kid));
    if (late) this.outcome.outstanding += 1;
    const answers: (boolean | undefined)[] = [];
    this.#gateways.forEach((gateway, slot) => {
      gateway.serves(LIVE).then(
        (isServed) => (answers[slot] = isServed),
        () => undefined,
      );
    });
    await this.#time.runUntil(this.#time.now + 300);
    const refusing = this.#gateways.findIndex((_, slot) => !answers[slot]);
    if (refusing >= 0) this.outcome.violation ??= `gateway ${refusing} did not recover`;
  }
}
