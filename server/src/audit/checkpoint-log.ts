import { randomUUID, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import {
  BY_COMMAND,
  isSignedByOneOf,
  lineHash,
  NO_LINE,
  readCheckpoint,
  signCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import type { CheckpointSink } from './checkpoint-sink.ts';

/** What a line says, apart from its place. */
export type CheckpointBody = Pick<Checkpoint, 'heads' | 'changes'>;

/** What writing checkpoints needs. */
export interface CheckpointLogOptions {
  sink: CheckpointSink;
  key: KeyObject;
  /** Public keys that signed here before. */
  previousKeys?: readonly KeyObject[] | undefined;
  origin: string;
  clock: Clock;
  /** A command beside a server that goes on with its own chain: begins one of its own. */
  by?: 'command';
}

/** Signs lines and chains them, one after the other. */
export class CheckpointLog {
  readonly #options: CheckpointLogOptions;
  #next: { chain: string; number: number; previous: string } | undefined;
  #appending: Promise<void> = Promise.resolve();

  constructor(options: CheckpointLogOptions) {
    this.#options = options;
  }

  /** @returns when it is kept @throws as the sink does; whether it is kept is not known then */
  append(type: string, body: CheckpointBody): Promise<void> {
    const appended = this.#appending.then(() => this.#append(type, body));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async #append(type: string, body: CheckpointBody): Promise<void> {
    const { sink, key, origin, clock, by } = this.#options;
    const at = new Date(clock.now());
    const next = this.#next ?? (await this.#continue());
    this.#next = undefined;
    const fields = { type, origin, ...next, at: at.toISOString(), ...(by ? { by } : {}) };
    const line = await sink.append(
      (place) => signCheckpoint({ ...fields, ...(place === undefined ? {} : { place }), ...body }, key),
      at,
    );
    this.#next = { ...next, number: next.number + 1, previous: lineHash(line) };
  }

  /** Where the sink's last line was, as at the start and after a failure. */
  async #continue(): Promise<{ chain: string; number: number; previous: string }> {
    const { sink, key, previousKeys = [], by } = this.#options;
    const line = by ? undefined : await sink.last(BY_COMMAND);
    const last = line === undefined ? undefined : readCheckpoint(line);
    // Who goes on from a line vouches for it.
    const keys = [createPublicKey(key), ...previousKeys];
    if (line === undefined || !last || !isSignedByOneOf(line, last, keys))
      return { chain: randomUUID(), number: 0, previous: NO_LINE };
    return { chain: last.chain, number: last.number + 1, previous: lineHash(line) };
  }
}
