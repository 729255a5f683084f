import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { keyId } from './signing-key.ts';

/** Format of every line of a checkpoint sink. */
const CHECKPOINT_FORMAT = 'countersign-checkpoint-1';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

/** The end of a writer's chain. */
const headSchema = z.object({
  writer: z.uuid(),
  batchNo: z.number().int().min(0),
  seal: hex32,
});

/** What all lines have, whatever they say. */
const envelope = z.object({
  format: z.literal(CHECKPOINT_FORMAT),
  /** What it says: `audit-heads`, `changes`; others may follow. */
  type: z.string(),
  /** Which deployment. */
  origin: z.string(),
  /** UUID of a run of lines that follow one another. */
  chain: z.uuid(),
  /** From 0 in its chain. */
  number: z.number().int().min(0),
  /** SHA-256 of the line before it in its chain, without its line feed; zeros for the first. */
  previous: hex32,
  at: z.iso.datetime(),
  /** Absent: a server. Each run of a command is a chain of its own. */
  by: z.literal('command').optional(),
  /** Of a bucket: number of the object. */
  place: z.number().int().min(0).optional(),
  /** Which key signed it. */
  key: z.string(),
  heads: z.array(headSchema).optional(),
  /** Of a line of type `changes`: server/src/restores/change-line.ts. */
  changes: z.unknown().optional(),
});

export type Checkpoint = z.output<typeof envelope>;

/** What a line of a command holds, and no other line does. */
export const BY_COMMAND = '"by":"command"';

/** Before the first line of a chain. */
export const NO_LINE = '0'.repeat(64);

/**
 * The signature is the last member of the line's object, over the domain, a line feed and the line as it would be
 * without that member. So it is checked on the bytes that were written, and no two programs need to agree on how JSON
 * is spelt.
 */
const SIGNED = /^(\{.*),"signature":"([A-Za-z0-9_-]{86})"\}$/;

const signedBytes = (body: string): Buffer => Buffer.from(`${CHECKPOINT_FORMAT}\n${body}`);

/** @returns one line, without its line feed */
export function signCheckpoint(fields: Omit<Checkpoint, 'format' | 'key'>, key: KeyObject): string {
  const body = JSON.stringify({ format: CHECKPOINT_FORMAT, ...fields, key: keyId(key) });
  const signature = sign(null, signedBytes(body), key).toString('base64url');
  return `${body.slice(0, -1)},"signature":"${signature}"}`;
}

/** @returns what the line says, whoever signed it; undefined when it is no checkpoint */
export function readCheckpoint(line: string): Checkpoint | undefined {
  try {
    const result = envelope.safeParse(JSON.parse(line));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether the line is signed by this public key */
export function isSignedBy(line: string, publicKey: KeyObject): boolean {
  const [, body, signature] = SIGNED.exec(line) ?? [];
  if (body === undefined || signature === undefined) return false;
  return verify(null, signedBytes(`${body}}`), publicKey, Buffer.from(signature, 'base64url'));
}

/** @returns whether one of these public keys signed the line, and is the one that the line names */
export function isSignedByOneOf(
  line: string,
  { key }: Checkpoint,
  publicKeys: readonly KeyObject[],
): boolean {
  return publicKeys.some((publicKey) => keyId(publicKey) === key && isSignedBy(line, publicKey));
}

/** @returns whether a line that is no checkpoint may be the beginning of one, whose end a power cut took */
export function isTorn(line: string): boolean {
  const begin = `{"format":"${CHECKPOINT_FORMAT}"`;
  return begin.startsWith(line) || line.startsWith(begin);
}

/** What the next line of the chain calls `previous`. */
export const lineHash = (line: string): string => createHash('sha256').update(line).digest('hex');
