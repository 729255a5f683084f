import { createHash } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import type {
  CompletedPart,
  GetObjectCommandOutput,
  ListMultipartUploadsCommandOutput,
  S3Client,
  S3ClientConfig,
} from '@aws-sdk/client-s3';
import {
  BlobNotFoundError,
  rangeWithin,
  type BlobAbout,
  type ByteRange,
  type StoredBlob,
} from './blob-store.ts';
import type { RefreshedCredentials } from './refreshed-credentials.ts';
import type { S3Packages } from './s3-client.ts';
import { isMissing, isOtherThanAsked, readFromStore, statusOf, storeFailure } from './s3-failure.ts';
import type { S3Settings } from './s3-settings.ts';

/** Parts of uploads whose length is not known before; two of them are in memory at a time. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
/** Copying and putting together are answered when all is done. */
const LONG_CALL_MS = 300_000;
const NOT_IMPLEMENTED = 501;
/** From here on a copy is made in parts: one call copies at most 5 GiB. */
const COPY_IN_PARTS_FROM = 1024 ** 3;

/** One entry of a listing; `name` is without the prefix that was listed. */
export interface ListedName {
  name: string;
  size: number;
  changedAt: Date;
}

/** A bucket by the names of its objects. What the store refuses or does not answer is a StorageUnavailable. */
export class S3Bucket {
  readonly client: S3Client;
  readonly config: S3ClientConfig;
  readonly packages: S3Packages;
  readonly settings: S3Settings;
  /** Of an assumed role. */
  readonly session: RefreshedCredentials | undefined;
  readonly #copyInPartsFrom: number;

  constructor(
    parts: Pick<S3Bucket, 'client' | 'config' | 'packages' | 'settings' | 'session'>,
    copyInPartsFrom = COPY_IN_PARTS_FROM,
  ) {
    ({ client: this.client, config: this.config, packages: this.packages } = parts);
    ({ settings: this.settings, session: this.session } = parts);
    this.#copyInPartsFrom = copyInPartsFrom;
  }

  /** @returns the headers that ask for encryption of what is stored */
  encryption(): { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string } {
    const { sse, sseKeyId } = this.settings;
    return { ...(sse ? { ServerSideEncryption: sse } : {}), ...(sseKeyId ? { SSEKMSKeyId: sseKeyId } : {}) };
  }

  /** @throws whatever the source fails with: nothing is stored then, and no parts stay */
  async put(name: string, body: Readable | Uint8Array, about: BlobAbout = {}): Promise<StoredBlob> {
    const target = {
      ...{ Bucket: this.settings.bucket, Key: name, ...this.encryption() },
      ...(about.contentType === undefined ? {} : { ContentType: about.contentType }),
    };
    if (body instanceof Readable) return this.#putStream(target, body);
    const { PutObjectCommand } = this.packages.client;
    await this.client
      .send(new PutObjectCommand({ ...target, Body: body, ContentLength: body.byteLength }))
      .catch((error: unknown) => {
        throw storeFailure('PutObject', error);
      });
    return { size: body.byteLength, sha256: createHash('sha256').update(body).digest() };
  }

  /** Stores what was never there. @returns false: there is an object of this name, and it stays */
  async create(name: string, body: Uint8Array): Promise<boolean> {
    const { PutObjectCommand } = this.packages.client;
    const target = { Bucket: this.settings.bucket, Key: name, ...this.encryption() };
    try {
      await this.client.send(new PutObjectCommand({ ...target, Body: body, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (isOtherThanAsked(error)) return false;
      throw storeFailure('PutObject', error);
    }
  }

  async #putStream(target: { Bucket: string; Key: string }, body: Readable): Promise<StoredBlob> {
    const hash = createHash('sha256');
    let size = 0;
    let failure: Error | undefined;
    const measured = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        hash.update(chunk);
        size += chunk.byteLength;
        done(null, chunk);
      },
    });
    pipeline(body, measured, (error) => (failure = error ?? undefined));
    const upload = new this.packages.storage.Upload({
      client: this.client,
      params: { ...target, Body: measured },
      queueSize: PARTS_AT_ONCE,
      partSize: PART_BYTES,
      leavePartsOnError: false,
    });
    try {
      await upload.done();
    } catch (error) {
      const source: Error | undefined = failure;
      // A source that is still good is ended by what happened to the store, and is not to blame.
      measured.destroy();
      throw source ?? storeFailure('Upload', error);
    }
    return { size, sha256: hash.digest() };
  }

  /**
   * @param ifMatch only these very bytes
   * @throws BlobNotFoundError that names `key`; RangeError
   */
  async get(name: string, key: string, range?: ByteRange, ifMatch?: string): Promise<Readable> {
    // The form of the range; where the object ends, the store knows.
    const within = range && rangeWithin(Number.MAX_SAFE_INTEGER, range);
    const { GetObjectCommand } = this.packages.client;
    const answer: GetObjectCommandOutput = await this.client
      .send(
        new GetObjectCommand({
          ...{ Bucket: this.settings.bucket, Key: name },
          ...(within ? { Range: `bytes=${within.start}-${within.end}` } : {}),
          ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
        }),
      )
      .catch((error: unknown) => {
        if (isMissing(error)) throw new BlobNotFoundError(key);
        if (statusOf(error) === 416) throw new RangeError('no such bytes in this object');
        throw isOtherThanAsked(error) ? error : storeFailure('GetObject', error);
      });
    // Not `instanceof`: the SDK's stream is that of the response, with more methods.
    return readFromStore(answer.Body as Readable);
  }

  async head(name: string): Promise<{ size: number; tag: string } | undefined> {
    const { HeadObjectCommand } = this.packages.client;
    try {
      const { ContentLength, ETag } = await this.client.send(
        new HeadObjectCommand({ Bucket: this.settings.bucket, Key: name }),
      );
      return { size: ContentLength ?? 0, tag: (ETag ?? '').replaceAll('"', '') };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storeFailure('HeadObject', error);
    }
  }

  async delete(name: string): Promise<void> {
    const { DeleteObjectCommand } = this.packages.client;
    await this.client
      .send(new DeleteObjectCommand({ Bucket: this.settings.bucket, Key: name }))
      .catch((error: unknown) => {
        if (!isMissing(error)) throw storeFailure('DeleteObject', error);
      });
  }

  /**
   * Copies inside the store; through this process where the store cannot, as Ceph cannot copy what it encrypts.
   *
   * @param tag of what is copied, from `head`
   * @throws what {@link isMissing} and {@link isOtherThanAsked} know, when the source is not that
   */
  async copy(from: string, to: string, { size, tag }: { size: number; tag: string }): Promise<void> {
    const source = {
      CopySource: encodeURI(`${this.settings.bucket}/${from}`),
      CopySourceIfMatch: `"${tag}"`,
    };
    const target = { Bucket: this.settings.bucket, Key: to };
    try {
      if (size >= this.#copyInPartsFrom) await this.#copyInParts(source, target, size);
      else {
        const { CopyObjectCommand } = this.packages.client;
        const command = new CopyObjectCommand({ ...source, ...target, ...this.encryption() });
        await this.client.send(command, { requestTimeout: LONG_CALL_MS });
      }
    } catch (error) {
      if (statusOf(error) === NOT_IMPLEMENTED) await this.#copyThroughHere(from, to, tag);
      else throw isMissing(error) || isOtherThanAsked(error) ? error : storeFailure('CopyObject', error);
    }
  }

  async #copyThroughHere(from: string, to: string, tag: string): Promise<void> {
    const { GetObjectCommand } = this.packages.client;
    const { Body, ContentType } = await this.client
      .send(new GetObjectCommand({ Bucket: this.settings.bucket, Key: from, IfMatch: `"${tag}"` }))
      .catch((error: unknown) => {
        throw isMissing(error) || isOtherThanAsked(error) ? error : storeFailure('GetObject', error);
      });
    const body = readFromStore(Body as Readable);
    await this.put(to, body, ContentType === undefined ? {} : { contentType: ContentType });
  }

  async #copyInParts(
    source: { CopySource: string; CopySourceIfMatch: string },
    target: { Bucket: string; Key: string },
    size: number,
  ): Promise<void> {
    const { client } = this.packages;
    const begun = await this.client.send(
      new client.CreateMultipartUploadCommand({ ...target, ...this.encryption() }),
    );
    const upload = { ...target, UploadId: begun.UploadId };
    try {
      const parts: CompletedPart[] = [];
      for (let start = 0; start < size; start += this.#copyInPartsFrom) {
        const end = Math.min(start + this.#copyInPartsFrom, size) - 1;
        const PartNumber = parts.length + 1;
        const copied = await this.client.send(
          new client.UploadPartCopyCommand({
            ...{ ...source, ...upload, PartNumber, CopySourceRange: `bytes=${start}-${end}` },
          }),
          { requestTimeout: LONG_CALL_MS },
        );
        const ETag = copied.CopyPartResult?.ETag;
        parts.push({ PartNumber, ...(ETag === undefined ? {} : { ETag }) });
      }
      await this.client.send(
        new client.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }),
        { requestTimeout: LONG_CALL_MS },
      );
    } catch (error) {
      await this.client.send(new client.AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedName> {
    const { ListObjectsV2Command } = this.packages.client;
    let token: string | undefined;
    do {
      const page = await this.client
        .send(
          new ListObjectsV2Command({
            ...{ Bucket: this.settings.bucket, Prefix: prefix },
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        )
        .catch((error: unknown) => {
          throw storeFailure('ListObjectsV2', error);
        });
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        yield { name: Key.slice(prefix.length), size: Size, changedAt: LastModified };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** Uploads in parts that nobody has ended. */
  async *listParts(prefix: string): AsyncGenerator<{ name: string; uploadId: string; begunAt: Date }> {
    const { ListMultipartUploadsCommand } = this.packages.client;
    let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (marker) {
      const page: ListMultipartUploadsCommandOutput = await this.client
        .send(new ListMultipartUploadsCommand({ Bucket: this.settings.bucket, Prefix: prefix, ...marker }))
        .catch((error: unknown) => {
          throw storeFailure('ListMultipartUploads', error);
        });
      for (const { Key = '', UploadId = '', Initiated = new Date(0) } of page.Uploads ?? []) {
        yield { name: Key.slice(prefix.length), uploadId: UploadId, begunAt: Initiated };
      }
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
      marker =
        IsTruncated && NextKeyMarker
          ? {
              KeyMarker: NextKeyMarker,
              ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}),
            }
          : undefined;
    }
  }

  async abort(name: string, uploadId: string): Promise<void> {
    const { AbortMultipartUploadCommand } = this.packages.client;
    const upload = { Bucket: this.settings.bucket, Key: name, UploadId: uploadId };
    await this.client.send(new AbortMultipartUploadCommand(upload)).catch((error: unknown) => {
      if (!isMissing(error)) throw storeFailure('AbortMultipartUpload', error);
    });
  }
}
