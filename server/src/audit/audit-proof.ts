import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { StartError } from '../platform/start-error.ts';
import { CheckpointLog } from './checkpoint-log.ts';
import { FileSink, stdoutSink, type CheckpointSink } from './checkpoint-sink.ts';
import type { VerificationReport } from './findings.ts';
import { keyId, parsePublicKey, parseSigningKey, publicPem } from './signing-key.ts';
import { verifyAudit } from './verify.ts';

/** 409 `verification-running`. */
export const verificationRunning = (): Problem =>
  new Problem(
    409,
    'verification-running',
    'A verification is running',
    'One reads the whole log, so there is one at a time. Try again when it is done.',
  );

/** What the proof of one server's audit needs. */
export interface AuditProofOptions {
  /** Whose user may read the log of all tenants. */
  database: Database;
  /** As `parseSigningKey` takes it. */
  signingKey: string;
  /** Public keys that signed here before, as `parsePublicKey` takes them. */
  previousKeys?: readonly string[] | undefined;
  /** `stdout`, or a folder; default `checkpoints` in the data folder. */
  checkpoints: string | undefined;
  /** Takes them instead, e.g. a bucket. */
  sink?: CheckpointSink | undefined;
  dataDir: string;
  /** Which deployment. */
  origin: string;
  clock: Clock;
}

/** Signs what the chains are, and verifies that they still are. */
export class AuditProof {
  readonly checkpoints: CheckpointLog;
  /** What `checkpoints` appends to. */
  readonly sink: CheckpointSink;
  /** What lines of the sink are to be signed by: the present key first. */
  readonly verifyingKeys: readonly KeyObject[];
  readonly #key: KeyObject;
  readonly #database: Database;
  #isRunning = false;

  /** @throws StartError when the key is none */
  constructor(options: AuditProofOptions) {
    const { database, signingKey, checkpoints, sink, dataDir, origin, clock } = options;
    const key = parseSigningKey(signingKey);
    if (!key)
      throw new StartError('AUDIT_SIGNING_KEY: must be 32 random bytes in base64, or an Ed25519 key in PEM.');
    this.#key = key;
    this.#database = database;
    this.sink = sink ?? sinkOf(checkpoints ?? join(dataDir, 'checkpoints'));
    const previousKeys = (options.previousKeys ?? []).map(previousKey);
    this.verifyingKeys = [createPublicKey(key), ...previousKeys];
    this.checkpoints = new CheckpointLog({ sink: this.sink, key, previousKeys, origin, clock });
  }

  /** What an auditor pins, at best from somewhere else too. */
  publicKey(): { key: string; publicKey: string } {
    return { key: keyId(this.#key), publicKey: publicPem(this.#key) };
  }

  /**
   * Verifies the log against this server's own checkpoints, as far as its sink can be read back.
   *
   * @throws verificationRunning
   */
  async verify(signal?: AbortSignal): Promise<VerificationReport> {
    if (this.#isRunning) throw verificationRunning();
    this.#isRunning = true;
    try {
      const publicKeys = this.verifyingKeys;
      return await verifyAudit({
        database: this.#database,
        checkpoints: this.sink.lines(),
        publicKeys,
        signal,
      });
    } finally {
      this.#isRunning = false;
    }
  }

  /** @param write makes the text with the private key, which nobody else gets */
  signed(write: (key: KeyObject) => string): string {
    return write(this.#key);
  }
}

function previousKey(text: string): KeyObject {
  const key = parsePublicKey(text);
  if (!key) throw new StartError('AUDIT_PREVIOUS_KEYS: each must be an Ed25519 public key in PEM.');
  return key;
}

const sinkOf = (place: string): CheckpointSink => (place === 'stdout' ? stdoutSink() : new FileSink(place));
