import { close, fdatasync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from '../platform/sync-folder.ts';
import { headerLine } from './spool-line.ts';

/** A segment that no row will be added to. */
export interface ClosedSegment {
  file: string;
  writer: string;
  batchNo: number;
  /** Bytes that count; anything after them is a failed write. */
  size: number;
}

/** Name of the file of a batch. */
export const segmentName = (batchNo: number): string => `${batchNo}.ndjson`;

/** @returns the batch number in a file's name, undefined when it is not a segment's */
export function batchNumberIn(name: string): number | undefined {
  const digits = /^(0|[1-9]\d{0,14})\.ndjson$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The file of one future batch. Writes are synchronous: into the page cache they take some microseconds, a tenth of a
 * trip through the thread pool, and a row must be written before the response goes on anyway.
 */
export class SpoolSegment implements ClosedSegment {
  readonly file: string;
  readonly writer: string;
  readonly batchNo: number;
  size = 0;
  rows = 0;
  /** A failed write could not be taken back. */
  isTorn = false;
  readonly #folder: string;
  readonly #fd: number;
  #header: string;
  #dirty = false;
  #isListed = false;
  // One at a time, and none when the file is closed: its descriptor may be another file's by then.
  #syncing: Promise<void> = Promise.resolve();

  /**
   * Makes the file, empty.
   *
   * @param folder the writer's own
   * @throws as `open` does: ENOSPC, EACCES, EIO, ...
   */
  constructor(folder: string, writer: string, batchNo: number, holder: string) {
    this.#folder = folder;
    this.file = join(folder, segmentName(batchNo));
    this.writer = writer;
    this.batchNo = batchNo;
    this.#header = headerLine(holder);
    this.#fd = openSync(this.file, 'wx', 0o600);
  }

  get isDirty(): boolean {
    return this.#dirty;
  }

  /** Bytes by which `write` will make the file longer. */
  lengthOf(lines: string): number {
    return Buffer.byteLength(this.#header) + Buffer.byteLength(lines);
  }

  /**
   * Adds whole lines. When it throws, the file is as it was before, or `isTorn` says that it is not and that it must
   * not be written to again.
   *
   * @param isSynced wait until the disk has them too
   * @throws as `write` does: ENOSPC, EIO, ...
   */
  write(lines: string, rows: number, isSynced: boolean): void {
    const bytes = Buffer.from(this.#header + lines);
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, this.size + done);
      }
      if (isSynced) fdatasyncSync(this.#fd);
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#header = '';
    this.size += bytes.length;
    this.rows += rows;
    this.#dirty = true;
  }

  #takeBack(): void {
    try {
      ftruncateSync(this.#fd, this.size);
    } catch {
      this.isTorn = true;
    }
  }

  /** Makes what is written outlive a power cut. @throws as `fdatasync` does */
  sync(): Promise<void> {
    this.#dirty = false;
    this.#syncing = this.#syncing.catch(() => undefined).then(() => this.#syncNow());
    return this.#syncing;
  }

  async #syncNow(): Promise<void> {
    await promisify(fdatasync)(this.#fd);
    if (this.#isListed) return;
    // The file's name is in its folder, which is synced by itself.
    await syncFolder(this.#folder);
    this.#isListed = true;
  }

  /** Syncs what is not yet synced, and closes. @throws as `fdatasync` does; it is closed all the same */
  async close(): Promise<void> {
    try {
      // A sync that failed before was told then.
      await (this.#dirty ? this.sync() : this.#syncing.catch(() => undefined));
    } finally {
      await promisify(close)(this.#fd).catch(() => undefined);
    }
  }
}
