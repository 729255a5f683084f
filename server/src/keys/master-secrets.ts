import { createHash, hkdfSync } from 'node:crypto';
import type { Logger } from 'pino';
import { Problem } from '../platform/problem.ts';

/** 503 `key-unavailable`: a key of this kind cannot be derived here, so nothing is signed or opened with it. */
export const keyUnavailable = (): Problem =>
  new Problem(
    503,
    'key-unavailable',
    'This server lacks the secret of this key',
    'Its log says which. Set it in MASTER_SECRET or MASTER_SECRET_PREVIOUS, and restart the server.',
    { 'Retry-After': '5' },
  );

/** What {@link MasterSecrets} derives from: 32 bytes of key material, however long the text of the setting is. */
export const materialOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * What the database keeps of a master secret: 16 bytes, derived one way (HKDF-SHA256), with an `info` that no key has.
 * It tells a right secret from a wrong one. A guess can be checked with it, so a secret must not be guessable.
 */
export const checkValueOf = (material: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', material, new Uint8Array(), 'countersign1-master-check', 16));

/** Finds the secret of a master version. */
export interface MasterVersions {
  /** @throws keyUnavailable when no secret of this server is the one of this version */
  of(version: number): Uint8Array;
}

/** The secrets that a server has, by the version for which the database knows them. */
export class MasterSecrets implements MasterVersions {
  readonly #byVersion: ReadonlyMap<number, Uint8Array>;
  readonly #log: Logger;
  readonly #missed = new Set<number>();

  constructor(byVersion: ReadonlyMap<number, Uint8Array>, log: Logger) {
    this.#byVersion = byVersion;
    this.#log = log;
  }

  /** Ascending. */
  get versions(): number[] {
    return [...this.#byVersion.keys()].sort((a, b) => a - b);
  }

  of(version: number): Uint8Array {
    const material = this.#byVersion.get(version);
    if (material) return material;
    // Once: whoever asks for such a key asks often.
    if (!this.#missed.has(version)) {
      this.#missed.add(version);
      this.#log.error({ version }, secretMissing(version));
    }
    throw keyUnavailable();
  }
}

/** What the log says of a version that this server has no secret of. */
export const secretMissing = (version: number): string =>
  `no secret of this server is master version ${version}: its keys are refused (503) here until MASTER_SECRET is that secret, or MASTER_SECRET_PREVIOUS holds it`;
