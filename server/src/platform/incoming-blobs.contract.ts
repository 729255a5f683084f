import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FOREIGN_KEYS, type MakeBlobStore } from './blob-store.contract.ts';
import {
  BlobNotFoundError,
  IncomingChangedError,
  InvalidBlobKeyError,
  type BlobStore,
} from './blob-store.ts';
import { randomId } from './ids.ts';

/**
 * What every blob store promises of uploads under way, as specs.
 *
 * @param name of the store, for the report
 */
export function describeIncomingBlobs(name: string, make: MakeBlobStore): void {
  describe(`${name} as a place for uploads`, () => {
    let store: BlobStore;
    let dispose: (() => Promise<void>) | undefined;
    let id: string;
    let key: string;

    const textOf = async (of: string) => (await buffer(await store.get(of))).toString();
    const tagOf = async (of: string) => (await store.incoming.head(of))?.tag ?? 'nothing there';
    const listed = async () => {
      const found = [];
      for await (const upload of store.incoming.list()) found.push(upload);
      return found;
    };

    beforeEach(async () => {
      ({ store, dispose } = await make());
      [id, key] = [randomId(), randomId()];
    });
    afterEach(() => dispose?.());

    it('gives back what arrived, whole and in ranges', async () => {
      const bytes = randomBytes(300_001);
      const stored = await store.incoming.put(id, Readable.from([bytes]), { contentType: 'image/png' });
      expect(stored).toEqual({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest() });
      expect((await store.incoming.head(id))?.size).toBe(bytes.length);
      expect((await buffer(await store.incoming.get(id))).equals(bytes)).toBeTrue();
      const part = await buffer(await store.incoming.get(id, { start: 10, end: 19 }));
      expect(part.equals(bytes.subarray(10, 20))).toBeTrue();
    });

    it('is no object before it was taken, and no object is an upload', async () => {
      await store.incoming.put(id, Buffer.from('x'));
      await store.put(key, Buffer.from('y'));
      expect(await store.head(id)).toBeUndefined();
      expect(await store.incoming.head(key)).toBeUndefined();
      await expectAsync(store.get(id)).toBeRejectedWithError(BlobNotFoundError);
      await expectAsync(store.incoming.get(key)).toBeRejectedWithError(BlobNotFoundError);
    });

    it('makes an upload an object, and forgets the upload', async () => {
      const bytes = randomBytes(100_000);
      await store.incoming.put(id, bytes);
      const taken = await store.incoming.take(id, key);
      expect(taken).toEqual({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest() });
      expect((await buffer(await store.get(key))).equals(bytes)).toBeTrue();
      expect(await store.incoming.head(id)).toBeUndefined();
      expect(await listed()).toEqual([]);
    });

    it('takes an upload of no bytes', async () => {
      await store.incoming.put(id, new Uint8Array());
      expect((await store.incoming.take(id, key)).size).toBe(0);
      expect(await store.head(key)).toEqual({ size: 0 });
    });

    it('takes what was verified without reading it again', async () => {
      await store.incoming.put(id, Buffer.from('verified'));
      const tag = await tagOf(id);
      const sha256 = createHash('sha256').update('verified').digest();
      const taken = await store.incoming.take(id, key, { tag, sha256 });
      expect(taken).toEqual({ size: 8, sha256 });
      expect(await textOf(key)).toBe('verified');
    });

    it('takes nothing but what was verified', async () => {
      await store.incoming.put(id, Buffer.from('verified'));
      const tag = await tagOf(id);
      await store.incoming.put(id, Buffer.from('other!!!'));
      await expectAsync(store.incoming.take(id, key, { tag })).toBeRejectedWithError(IncomingChangedError);
      const sha256 = createHash('sha256').update('verified').digest();
      await expectAsync(store.incoming.take(id, key, { tag, sha256 })).toBeRejectedWithError(
        IncomingChangedError,
      );
      expect(await store.head(key)).toBeUndefined();
      expect((await store.incoming.head(id))?.size).toBe(8);
    });

    it('keeps an object as it is, whatever comes to its upload afterwards', async () => {
      await store.incoming.put(id, Buffer.from('verified'));
      await store.incoming.take(id, key);
      await store.incoming.put(id, Buffer.from('replayed'));
      expect(await textOf(key)).toBe('verified');
      await store.incoming.drop(id);
      expect(await textOf(key)).toBe('verified');
    });

    it('says so when there is nothing to take', async () => {
      await expectAsync(store.incoming.take(id, key)).toBeRejectedWithError(BlobNotFoundError);
      await expectAsync(store.incoming.take(id, key, { tag: 'x' })).toBeRejectedWithError(BlobNotFoundError);
      expect(await store.head(key)).toBeUndefined();
    });

    it('names the same bytes the same until they change', async () => {
      await store.incoming.put(id, Buffer.from('one'));
      const tag = await tagOf(id);
      expect(await tagOf(id)).toBe(tag);
      await store.incoming.put(id, Buffer.from('two'));
      expect(await tagOf(id)).not.toBe(tag);
    });

    it('drops an upload, and does not mind dropping it again', async () => {
      await store.incoming.put(id, Buffer.from('x'));
      await store.incoming.drop(id);
      await store.incoming.drop(id);
      expect(await store.incoming.head(id)).toBeUndefined();
      expect(await listed()).toEqual([]);
    });

    it('lists uploads, so that those nobody ends are found', async () => {
      const ids = [randomId(), randomId(), randomId()];
      for (const each of ids) await store.incoming.put(each, Buffer.from('four'));
      await store.put(key, Buffer.from('an object is no upload'));
      const found = await listed();
      expect(found.map((upload) => upload.id).sort()).toEqual([...ids].sort());
      for (const { size, changedAt } of found) {
        expect(size).toBe(4);
        expect(Math.abs(changedAt.getTime() - Date.now())).toBeLessThan(600_000);
      }
    });

    it('keeps nothing of an upload whose source fails', async () => {
      const broken = Readable.from(
        (async function* () {
          yield randomBytes(300_000);
          throw new Error('the client went away');
        })(),
      );
      await expectAsync(store.incoming.put(id, broken)).toBeRejectedWithError(/went away/);
      expect(await store.incoming.head(id)).toBeUndefined();
    });

    for (const foreign of FOREIGN_KEYS) {
      it(`refuses the upload id ${JSON.stringify(foreign)}, which it did not make`, async () => {
        const { incoming } = store;
        for (const refused of [
          incoming.put(foreign, Buffer.from('x')),
          incoming.get(foreign),
          incoming.head(foreign),
          incoming.drop(foreign),
          incoming.take(foreign, key),
          incoming.take(id, foreign),
        ]) {
          await expectAsync(refused as Promise<unknown>).toBeRejectedWithError(InvalidBlobKeyError);
        }
      });
    }
  });
}
