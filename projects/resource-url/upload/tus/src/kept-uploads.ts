import type { UploadSource } from '@countersign/angular/upload';

const PREFIX = 'countersign-upload-';

/** Longer than this no server keeps what nobody goes on with: most that `TUS_UPLOAD_HOURS` may be. */
const LONGEST_MS = 30 * 86_400_000;

/** Where a file was sent to, and until when the server has it. */
interface Kept {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Where unfinished files were sent to, in the storage of this browser. Names are kept as digests: who uses the browser
 * next learns neither them nor whose they were. Where there is no storage, or no WebCrypto, nothing is kept.
 */
export class KeptUploads {
  /**
   * The key of a file.
   *
   * @param address of the API
   * @param who is signed in
   * @returns nothing where nothing can be kept
   */
  async keyOf(
    { file, kind, name, collection }: UploadSource,
    { address, who }: { readonly address: string; readonly who: string | undefined },
  ): Promise<string | undefined> {
    const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
    if (who === undefined || !subtle || !storage()) return undefined;
    const same = [address, who, kind, name, file.name, file.size, file.lastModified];
    if (collection !== undefined) same.push(collection);
    const digest = await subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(same)));
    return PREFIX + Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /** Where a file was sent to; nothing when that is not known, or over. */
  find(key: string | undefined): string | undefined {
    this.#removeOld();
    return key === undefined ? undefined : read(storage()?.getItem(key))?.url;
  }

  /** @param expires `Upload-Expires` of the server; anything else means the longest time */
  keep(key: string | undefined, url: string, expires: string | undefined): void {
    if (key === undefined) return;
    const latest = Date.now() + LONGEST_MS;
    const said = Date.parse(expires ?? '');
    const kept: Kept = { url, until: Number.isNaN(said) ? latest : Math.min(said, latest) };
    try {
      storage()?.setItem(key, JSON.stringify(kept));
    } catch {
      // The storage is full: the file cannot be found again after a reload, and is sent all the same.
    }
  }

  forget(key: string | undefined): void {
    if (key !== undefined) storage()?.removeItem(key);
  }

  #removeOld(): void {
    const store = storage();
    for (const key of store ? Object.keys(store) : []) {
      if (key.startsWith(PREFIX) && !(Date.now() < (read(store?.getItem(key))?.until ?? 0))) {
        store?.removeItem(key);
      }
    }
  }
}

/** Browsers that block storage throw when it is only looked at. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

function read(text: string | null | undefined): Kept | undefined {
  try {
    const { url, until } = Object(JSON.parse(text ?? 'null')) as Partial<Record<keyof Kept, unknown>>;
    return typeof url === 'string' && typeof until === 'number' ? { url, until } : undefined;
  } catch {
    return undefined;
  }
}
