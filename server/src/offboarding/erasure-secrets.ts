import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Secrets of erasures, all made from the master secret. */
export class ErasureSecrets {
  readonly #master: string;
  readonly #previous: readonly string[];

  /**
   * @param master the master secret
   * @param previous those before it: an erasure may have begun under one of them
   */
  constructor(master: string, previous: readonly string[] = []) {
    this.#master = master;
    this.#previous = previous;
  }

  /**
   * @returns what finds the certificate of somebody when their erasure is ordered again: 32 bytes that say nothing to
   *   whoever has the database alone
   */
  tagOf(tenantId: string, ownerId: string): Buffer {
    const key = this.#derive('countersign1-erasure-tag', '');
    // Neither a tenant nor an owner's id holds a line feed that could be taken for this one.
    return createHmac('sha256', key)
      .update(`${Buffer.byteLength(tenantId)}\n${tenantId}\n${ownerId}`)
      .digest();
  }

  /** Encrypts what no row may hold readably: paths and URLs. */
  seal(erasureId: string, value: unknown): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#derive('countersign1-erasure-probes', erasureId), iv);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    return Buffer.concat([iv, sealed, cipher.getAuthTag()]);
  }

  /** @returns undefined when it was sealed with another master secret, or changed */
  open(erasureId: string, sealed: Buffer): unknown {
    for (const master of [this.#master, ...this.#previous]) {
      try {
        return this.#openWith(master, erasureId, sealed);
      } catch {
        // Perhaps with the next.
      }
    }
    return undefined;
  }

  #openWith(master: string, erasureId: string, sealed: Buffer): unknown {
    const key = this.#derive('countersign1-erasure-probes', erasureId, master);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString());
  }

  #derive(domain: string, info: string, master = this.#master): Buffer {
    return Buffer.from(hkdfSync('sha256', master, '', `${domain}\n${info}`, 32));
  }
}
