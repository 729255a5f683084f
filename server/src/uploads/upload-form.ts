import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isBlobKey, type PresignedPost } from '../platform/blob-store.ts';
import { formRefused } from './problems.ts';

/** What a form of the gateway allows. */
export interface FormPolicy {
  /** Upload id. */
  id: string;
  contentType: string;
  /** Bytes, both included. */
  minSize: number;
  maxSize: number;
  expiresAt: Date;
}

const POLICY = /^([1-9]\d{0,15})-([1-9]\d{0,15})-([1-9]\d{9})$/;

/**
 * Signs and checks the forms by which files come to the gateway, where the store itself takes none. HMAC-SHA256 over
 * lines, the first of which is `countersign1-upload`; the key is derived from the master secret.
 */
export class UploadForms {
  readonly #keys: readonly Buffer[];

  /** @param secrets the present master secret, then those before it, which still check */
  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', 'countersign1-upload', 32)),
    );
  }

  /** @param url where the form goes */
  sign(url: string, policy: FormPolicy): PresignedPost {
    const { id, contentType, minSize, maxSize, expiresAt } = policy;
    const allowed = `${minSize}-${maxSize}-${Math.floor(expiresAt.getTime() / 1000)}`;
    const [key] = this.#keys;
    if (!key) throw new Error('there is no secret to sign forms with');
    const fields = { key: id, 'Content-Type': contentType, policy: allowed };
    return { url, fields: { ...fields, signature: tagOf(key, fields).toString('base64url') } };
  }

  /**
   * @param fields of the form, as they came
   * @param now milliseconds
   * @throws Problem 403 `upload-refused`
   */
  check(fields: ReadonlyMap<string, string>, now: number): FormPolicy {
    const key = fields.get('key') ?? '';
    const contentType = fields.get('Content-Type') ?? '';
    const policy = fields.get('policy') ?? '';
    const [, minSize, maxSize, seconds] = POLICY.exec(policy) ?? [];
    const text = fields.get('signature') ?? '';
    const signature = Buffer.from(text, 'base64url');
    const isOurs =
      isBlobKey(key) &&
      minSize !== undefined &&
      signature.length === 32 &&
      signature.toString('base64url') === text &&
      this.#keys.some((secret) =>
        timingSafeEqual(tagOf(secret, { key, 'Content-Type': contentType, policy }), signature),
      );
    if (!isOurs || Number(seconds) * 1000 <= now) throw formRefused();
    return {
      id: key,
      contentType,
      minSize: Number(minSize),
      maxSize: Number(maxSize),
      expiresAt: new Date(Number(seconds) * 1000),
    };
  }
}

function tagOf(key: Buffer, fields: { key: string; 'Content-Type': string; policy: string }): Buffer {
  const lines = ['countersign1-upload', 'POST', fields.key, fields['Content-Type'], fields.policy];
  return createHmac('sha256', key).update(lines.join('\n')).digest();
}
