import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bucketSink, isBucketPlace } from '../audit/bucket-sink.ts';
import { CheckpointLog } from '../audit/checkpoint-log.ts';
import { FileSink, type CheckpointSink } from '../audit/checkpoint-sink.ts';
import { listServerSecrets } from '../keys/master.store.ts';
import type { ChangeRecord } from '../leases/receipts.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { withConnection } from '../platform/with-connection.ts';
import { CHANGES_TEXT, lastMark } from '../restores/change-line.ts';
import { ChangeRecorder, checkpointsUnavailable } from '../restores/change-recorder.ts';
import { deploymentOf, recordedThrough } from '../restores/epoch-log.store.ts';
import { newestRecorded } from '../restores/recorded-lines.ts';
import {
  checkpointPlace,
  configuredPreviousKeys,
  configuredS3,
  configuredSigningKey,
} from './checkpoint-files.ts';
import type { OfflineDatabase } from './offline-database.ts';

const DATABASE_MS = 5_000;
/** A server that runs hears of a change within a quarter of a lease, and writes it in milliseconds. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * Keeps changes in the checkpoints, as a server does: in AUDIT_CHECKPOINTS, signed with AUDIT_SIGNING_KEY. Who has
 * neither at hand, such as somebody with the address of the database alone, relies on a server that runs.
 */
export class CommandRecord implements ChangeRecord {
  readonly #opened: OfflineDatabase;
  #recorder: Promise<ChangeRecorder> | undefined;

  constructor(opened: OfflineDatabase) {
    this.#opened = opened;
  }

  /** @throws Problem `checkpoints-unavailable` that names the setting */
  async durable(epoch: number): Promise<void> {
    try {
      await (await (this.#recorder ??= this.#open())).durable(epoch);
    } catch (error) {
      // The next change tries again.
      this.#recorder = undefined;
      if (await this.#isRecordedByServer(epoch)) return;
      throw error instanceof Problem ? error : checkpointsUnavailable(reasonOf(error));
    }
  }

  async #isRecordedByServer(epoch: number): Promise<boolean> {
    const { holder } = this.#opened.pools;
    if ((await listServerSecrets(holder)).length === 0) return false;
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
      if ((await withConnection(holder, DATABASE_MS, recordedThrough)) >= epoch) return true;
      await sleep(LOOK_EVERY_MS);
    }
    return false;
  }

  async #open(): Promise<ChangeRecorder> {
    const { pools, settings, log } = this.#opened;
    const key = await configuredSigningKey(settings);
    if (!key) throw checkpointsUnavailable('AUDIT_SIGNING_KEY is not set here');
    const sink = await this.#sink();
    const previousKeys = configuredPreviousKeys();
    const deployment = await withConnection(pools.holder, DATABASE_MS, deploymentOf);
    const tail = (await sink.tail(CHANGES_TEXT)) ?? [];
    const last = await newestRecorded(tail, { keys: [createPublicKey(key), ...previousKeys], deployment });
    const origin = process.env['DELIVERY_URL'] ?? '';
    const checkpoints = new CheckpointLog({ sink, key, origin, clock, by: 'command' });
    const recorder = new ChangeRecorder({ database: pools.holder, checkpoints, log });
    recorder.begin(last && lastMark(last));
    return recorder;
  }

  async #sink(): Promise<CheckpointSink> {
    const { settings } = this.#opened;
    if (process.env['AUDIT_CHECKPOINTS'] === 'stdout')
      throw checkpointsUnavailable('it is stdout, where only a server writes');
    const place = checkpointPlace(undefined, settings);
    if (isBucketPlace(place)) return bucketSink(place, configuredS3());
    // Where no server looks it would keep nothing.
    if (!process.env['AUDIT_CHECKPOINTS'] && !existsSync(place))
      throw checkpointsUnavailable(`it is not set here, and there is no ${place}`);
    return new FileSink(place);
  }
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return [message, code].find((text) => text) ?? 'no reason given';
};
