import { text } from 'node:stream/consumers';
import { BlobNotFoundError } from '../platform/blob-store.ts';
import type { S3Bucket } from '../platform/s3-bucket.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { StartError } from '../platform/start-error.ts';
import { BY_COMMAND } from './checkpoint.ts';
import { textsOf, type CheckpointSink, type SinkLine } from './checkpoint-sink.ts';

const PLACE = /^s3:\/\/([a-zA-Z0-9][a-zA-Z0-9._-]{1,254})\/((?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*)$/;
const HIGHEST = 999_999_999_999;
/** A command and a server may write at the same time, so the newest change need not be in the last line of changes. */
const MORE_LINES = 8;
const NAME = /^\d{12}\.json$/;

/** Whether a setting means a bucket. */
export function isBucketPlace(place: string | undefined): place is string {
  return place?.startsWith('s3://') ?? false;
}

/**
 * Checkpoints in a bucket, one object a line, never written twice. The newest has the lowest name, so that it is the first
 * of a listing.
 *
 * @param place `s3://bucket/prefix/`; each server needs a prefix of its own
 * @param s3 how the store is reached, and as whom; its bucket is another matter
 * @throws StartError that names the setting
 */
export async function bucketSink(place: string, s3: S3Settings | undefined): Promise<CheckpointSink> {
  const [, name, prefix = ''] = PLACE.exec(place) ?? [];
  if (name === undefined) {
    throw new StartError('AUDIT_CHECKPOINTS: a bucket is named as s3://bucket/prefix/, with the last slash.');
  }
  if (s3 === undefined) {
    throw new StartError(
      'S3_BUCKET must be set when AUDIT_CHECKPOINTS is in a bucket: its address and keys are used.',
    );
  }
  // Only here: who keeps checkpoints elsewhere loads none of it.
  const { s3BlobStore } = await import('../platform/s3-blob-store.ts');
  const store = await s3BlobStore({ ...s3, bucket: name, prefix });
  return new BucketSink(store.bucket, prefix, () => store.close());
}

/** @returns where checkpoints go when they go to a bucket @throws StartError as {@link bucketSink} */
export async function sinkInBucket({
  auditCheckpoints,
  s3,
}: {
  auditCheckpoints?: string | undefined;
  s3?: S3Settings | undefined;
}): Promise<CheckpointSink | undefined> {
  return isBucketPlace(auditCheckpoints) ? bucketSink(auditCheckpoints, s3) : undefined;
}

class BucketSink implements CheckpointSink {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  #next: number | undefined;

  readonly close: () => void;

  constructor(bucket: S3Bucket, prefix: string, close: () => void) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.close = close;
  }

  async last(without?: string): Promise<string | undefined> {
    for await (const name of this.#newestFirst()) {
      const line = await this.#read(name);
      if (without === undefined || !line.includes(without)) return line;
    }
    return undefined;
  }

  async append(write: (place: number) => string): Promise<string> {
    let number = this.#next ?? (await this.#afterLast());
    // Known again only when this one is kept.
    this.#next = undefined;
    for (;;) {
      const line = write(number);
      const name = this.#nameOf(number);
      const isNew = await this.#bucket.create(name, Buffer.from(`${line}\n`));
      const there = isNew ? line : await this.#read(name);
      number += 1;
      // The first try may have been stored, and its answer lost.
      if (there === line) {
        this.#next = number;
        return line;
      }
      if (![line, there].some((text) => text.includes(BY_COMMAND))) {
        throw new Error(
          'another server writes its checkpoints to the same place: give each a prefix of its own',
        );
      }
    }
  }

  async tail(wanted: string): Promise<SinkLine[]> {
    const lines: SinkLine[] = [];
    let more: number | undefined;
    for await (const name of this.#newestFirst()) {
      const line = await this.#placed(name);
      lines.unshift(line);
      if (more === undefined && line.text.includes(wanted)) more = MORE_LINES;
      else if (more !== undefined && (more -= 1) === 0) break;
    }
    return more === undefined ? [] : lines;
  }

  async *lines(): AsyncGenerator<string> {
    yield* textsOf(this.placed());
  }

  async *placed(): AsyncGenerator<SinkLine> {
    const names: string[] = [];
    for await (const name of this.#newestFirst()) names.push(name);
    for (const name of names.toReversed()) yield await this.#placed(name);
  }

  async #afterLast(): Promise<number> {
    for await (const name of this.#newestFirst()) return this.#numberOf(name) + 1;
    return 0;
  }

  async *#newestFirst(): AsyncGenerator<string> {
    for await (const { name } of this.#bucket.list(this.#prefix)) {
      if (NAME.test(name)) yield `${this.#prefix}${name}`;
    }
  }

  async #placed(name: string): Promise<SinkLine> {
    const { bucket } = this.#bucket.settings;
    return {
      text: await this.#read(name),
      ...{ file: `s3://${bucket}/${name}`, number: 1, place: this.#numberOf(name) },
    };
  }

  #nameOf(number: number): string {
    return `${this.#prefix}${String(HIGHEST - number).padStart(12, '0')}.json`;
  }

  #numberOf(name: string): number {
    return HIGHEST - Number(name.slice(this.#prefix.length, -'.json'.length));
  }

  async #read(name: string): Promise<string> {
    const line = await text(await this.#bucket.get(name, name)).catch((error: unknown) => {
      throw error instanceof BlobNotFoundError
        ? new Error('a checkpoint was removed while it was read')
        : error;
    });
    return line.trimEnd();
  }
}
