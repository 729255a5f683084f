import { hash } from 'node:crypto';

/**
 * The encoding behind every seal, version 1. An input of SHA-256 is a domain (ASCII, ends in LF) and then fields; a
 * field is its length in bytes (4 bytes, big-endian) and its bytes. Text is UTF-8, a number 8 bytes of two's complement,
 * big-endian, a UUID its 16 bytes, a time the number of microseconds since 1970. An absent field has the length
 * FFFFFFFF and no bytes, so it is never an empty one. `docs/audit.md` says the same for whoever writes a verifier of
 * their own; `leaf.vectors.json` holds examples.
 */
const COMMITMENT = 'countersign1-audit-personal\n';
const LEAF = 'countersign1-audit-leaf\n';
const SEAL = 'countersign1-audit-seal\n';

/** Bytes of a salt. */
export const SALT_BYTES = 16;
/** Bytes of a commitment, a leaf hash, a digest and a seal. */
export const HASH_BYTES = 32;
/** What stands before the first seal of a chain. */
export const NO_SEAL: Buffer = Buffer.alloc(HASH_BYTES);

type Absent = null | undefined;

/** The columns of a row that say something of a person; they can be erased. */
export interface PersonalColumns {
  path?: string | Absent;
  actor?: string | Absent;
  owner?: string | Absent;
  reason?: string | Absent;
  ipPrefix?: string | Absent;
  userAgent?: string | Absent;
}

/** The other columns, which stay. */
export interface PublicColumns {
  /** Microseconds since 1970. */
  at: number;
  event: string;
  tenantId?: string | Absent;
  resourceId?: string | Absent;
  signatureId?: string | Absent;
  kid?: string | Absent;
  /** Microseconds since 1970. */
  expiresAt?: number | Absent;
  status?: number | Absent;
  bytes?: number | Absent;
  durationMs?: number | Absent;
  holder?: string | Absent;
}

/** Where a row stands. */
export interface RowPlace {
  /** UUID. */
  writer: string;
  batchNo: number;
  rowNo: number;
}

/** What a batch's seal covers. */
export interface SealedFields {
  /** Seal of the batch before it; `NO_SEAL` for batch 0. */
  previous: Buffer;
  /** UUID. */
  writer: string;
  batchNo: number;
  /** UUID. */
  attempt: string;
  /** Of its earliest row, microseconds since 1970; absent without rows. */
  firstAt: number | Absent;
  /** Of its latest row. */
  lastAt: number | Absent;
  rowCount: number;
  /** `leavesDigest` of its rows. */
  leaves: Buffer;
}

/** @returns what stands for the personal columns in the row's leaf; without the salt nobody can guess them from it */
export function commitmentOf(salt: Buffer, row: PersonalColumns): Buffer {
  begin(COMMITMENT);
  raw(salt);
  text(row.path);
  text(row.actor);
  text(row.owner);
  text(row.reason);
  text(row.ipPrefix);
  text(row.userAgent);
  return digest();
}

/**
 * @returns the leaf hash of a row
 * @throws RangeError for a number that is not a whole one below 2^53
 */
export function leafOf(place: RowPlace, row: PublicColumns, commitment: Buffer): Buffer {
  begin(LEAF);
  integer(row.at);
  text(row.event);
  text(row.tenantId);
  text(row.resourceId);
  text(row.signatureId);
  text(row.kid);
  integer(row.expiresAt);
  integer(row.status);
  integer(row.bytes);
  integer(row.durationMs);
  text(row.holder);
  uuid(place.writer);
  integer(place.batchNo);
  integer(place.rowNo);
  raw(commitment);
  return digest();
}

/** @param leaves leaf hashes one after the other, in the order of their row numbers; may be empty */
export const leavesDigest = (leaves: Buffer): Buffer => sha256(leaves);

/** @returns the seal of a batch */
export function sealOf(fields: SealedFields): Buffer {
  beginSeal(fields);
  integer(fields.firstAt);
  integer(fields.lastAt);
  integer(fields.rowCount);
  raw(fields.leaves);
  return digest();
}

/** @returns the beginning of a seal's input, up to its attempt: what is known before the database has chosen the rows */
export function sealBeginning(
  fields: Pick<SealedFields, 'previous' | 'writer' | 'batchNo' | 'attempt'>,
): Buffer {
  beginSeal(fields);
  return Buffer.from(scratch.subarray(0, length));
}

function beginSeal(fields: Pick<SealedFields, 'previous' | 'writer' | 'batchNo' | 'attempt'>): void {
  begin(SEAL);
  raw(fields.previous);
  uuid(fields.writer);
  integer(fields.batchNo);
  uuid(fields.attempt);
}

// One buffer for all, since it is filled and hashed in one go: allocating per row would cost more than the hash.
let scratch = Buffer.alloc(4096);
let view = new DataView(scratch.buffer, scratch.byteOffset);
let length = 0;
const domains = new Map([COMMITMENT, LEAF, SEAL].map((domain) => [domain, Buffer.from(domain)]));

const ABSENT = 0xffffffff;
const TWO_32 = 2 ** 32;
const LONGEST_UTF8 = 3;
/** Up to this length a loop is faster than a call into the encoder. */
const SHORT_TEXT = 48;
const FIRST_NON_ASCII = 0x80;

function begin(domain: string): void {
  length = domains.get(domain)?.copy(scratch) ?? 0;
}

function reserve(bytes: number): void {
  const needed = length + bytes + 4;
  if (needed <= scratch.length) return;
  const larger = Buffer.alloc(needed * 2);
  scratch.copy(larger, 0, 0, length);
  scratch = larger;
  view = new DataView(scratch.buffer, scratch.byteOffset);
}

function text(value: string | Absent): void {
  if (value === null || value === undefined) return absent();
  reserve(value.length * LONGEST_UTF8);
  const start = length + 4;
  const written = writeShortAscii(value, start) ? value.length : scratch.write(value, start, 'utf8');
  view.setUint32(length, written);
  length = start + written;
}

/** @returns false when it is long or has other characters: nothing that it wrote counts then */
function writeShortAscii(value: string, start: number): boolean {
  if (value.length > SHORT_TEXT) return false;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code >= FIRST_NON_ASCII) return false;
    scratch[start + index] = code;
  }
  return true;
}

function integer(value: number | Absent): void {
  if (value === null || value === undefined) return absent();
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number of less than 2^53`);
  reserve(8);
  const high = Math.floor(value / TWO_32);
  view.setUint32(length, 8);
  view.setInt32(length + 4, high);
  view.setUint32(length + 8, value - high * TWO_32);
  length += 12;
}

// All rows of a batch have the same writer.
let lastUuid = '';
let lastUuidBytes = Buffer.alloc(0);

function uuid(value: string): void {
  if (value !== lastUuid) {
    lastUuidBytes = Buffer.from(value.replaceAll('-', ''), 'hex');
    lastUuid = value;
  }
  raw(lastUuidBytes);
}

function raw(bytes: Buffer): void {
  reserve(bytes.length);
  view.setUint32(length, bytes.length);
  scratch.set(bytes, length + 4);
  length += 4 + bytes.length;
}

function absent(): void {
  reserve(0);
  view.setUint32(length, ABSENT);
  length += 4;
}

const digest = (): Buffer => sha256(scratch.subarray(0, length));

/** By way of a string, since a result of `hash` in a buffer of its own costs three times as much as the hash. */
function sha256(bytes: Buffer): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}
