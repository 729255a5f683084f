import { randomUUID, type KeyObject } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { lineHash, NO_LINE, readCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { CheckpointSink } from './checkpoint-sink.ts';

/** What a line says, apart from its place. */
export type CheckpointBody = Pick<Checkpoint, 'heads' | 'changes'>;

/** Signs lines and chains them, one after the other. */
export class CheckpointLog {
  readonly #options: { sink: CheckpointSink; key: KeyObject; origin: string; clock: Clock };
  #next: { chain: string; number: number; previous: string } | undefined;
  #appending: Promise<void> = Promise.resolve();

  constructor(options: { sink: CheckpointSink; key: KeyObject; origin: string; clock: Clock }) {
    this.#options = options;
  }

  /** @returns when it is kept @throws as the sink does; whether it is kept is not known then */
  append(type: string, body: CheckpointBody): Promise<void> {
    const appended = this.#appending.then(() => this.#append(type, body));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async #append(type: string, body: CheckpointBody): Promise<void> {
    const { sink, key, origin, clock } = this.#options;
    const at = new Date(clock.now());
    const place = this.#next ?? (await this.#continue());
    this.#next = undefined;
    const line = signCheckpoint({ type, origin, ...place, at: at.toISOString(), ...body }, key);
    await sink.append(line, at);
    this.#next = { ...place, number: place.number + 1, previous: lineHash(line) };
  }

  /** Where the sink's last line was, as at the start and after a failure. */
  async #continue(): Promise<{ chain: string; number: number; previous: string }> {
    const line = await this.#options.sink.last();
    const last = line === undefined ? undefined : readCheckpoint(line);
    if (line === undefined || !last) return { chain: randomUUID(), number: 0, previous: NO_LINE };
    return { chain: last.chain, number: last.number + 1, previous: lineHash(line) };
  }
}
