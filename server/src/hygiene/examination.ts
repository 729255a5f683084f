import type { Readable } from 'node:stream';
import type { BlobStore, ByteRange } from '../platform/blob-store.ts';

/** Stored bytes, as an examination reads them: ranges, so that memory stays bounded whatever their size. */
export interface ExaminedBytes {
  /** Bytes. */
  readonly size: number;
  /** Opens all of it or a part, as often as it is asked; the stream must be read to its end or destroyed. */
  open(range?: ByteRange): Promise<Readable>;
}

/** What arrived, before it becomes a resource. */
export interface Examination {
  tenantId: string;
  /** What the resource is for, e.g. `avatar`. */
  kind: string;
  /** Media type that was declared, lower case, without parameters. */
  declaredType: string;
  /** The file name that people see; decides nothing of what the bytes are, only what they must not be called. */
  name?: string | undefined;
  bytes: ExaminedBytes;
}

/** Bytes that may become what they were declared to be. */
export interface Clean {
  verdict: 'clean';
  /** What they are: the type they are to be stored and served with. */
  contentType: string;
  /**
   * Opens what is to be stored instead, e.g. without the place where a picture was taken. Size and checksum of the
   * resource are those of these bytes. Undefined: the examined bytes stay.
   */
  replacement?: (() => Readable) | undefined;
}

/** Bytes that are not taken: nothing of them is kept. */
export interface Refused {
  verdict: 'refused';
  /** Code of the problem, see docs/problems.md. */
  code: string;
  /** What is wrong and what to do, for whoever uploads. */
  reason: string;
}

/** Bytes that are kept and never delivered, until an administrator decides. */
export interface Quarantined {
  verdict: 'quarantined';
  /** `infected`: the scanner found something; `not-scanned`: it could not look at all of it. */
  code: 'infected' | 'not-scanned';
  /** What the scanner said, without anything personal. */
  reason: string;
  /** Of `not-scanned`: it will say so of these bytes whenever it is asked. */
  isLasting?: boolean | undefined;
}

export type Finding = Clean | Refused | Quarantined;

/** @returns an object of a store, for being examined @param size bytes, as the store knows it */
export function storedObject(store: Pick<BlobStore, 'get'>, key: string, size: number): ExaminedBytes {
  return { size, open: (range) => store.get(key, range) };
}

/** @returns up to `length` bytes from `start`; fewer at the end, none past it */
export async function readPart(bytes: ExaminedBytes, start: number, length: number): Promise<Buffer> {
  const end = Math.min(start + length, bytes.size) - 1;
  if (end < start) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of await bytes.open({ start, end })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
