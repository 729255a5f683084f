import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BlobNotFoundError, InvalidBlobKeyError, type BlobStore } from './blob-store.ts';
import { randomId } from './ids.ts';

/** What is no key and no upload id. */
export const FOREIGN_KEYS = [
  '',
  '..',
  '../../etc/passwd',
  'public/team/avatar-2.jpg',
  'a'.repeat(21),
  'a'.repeat(22), // the last character has spare bits set: a second spelling of the same key
  `${'a'.repeat(21)}A\n`,
  `${'a'.repeat(20)}/A`,
  `${'a'.repeat(21)}A.tmp`,
];

/** Opens an empty store; `dispose` is called after each spec. */
export type MakeBlobStore = () => Promise<{ store: BlobStore; dispose?: () => Promise<void> }>;

/**
 * What every blob store promises, as specs.
 *
 * @param name of the store, for the report
 */
export function describeBlobStore(name: string, make: MakeBlobStore): void {
  describe(`${name} as a blob store`, () => {
    let store: BlobStore;
    let dispose: (() => Promise<void>) | undefined;
    const key = randomId();

    const read = async (range?: { start: number; end: number }) => buffer(await store.get(key, range));
    const listed = async () => {
      const found = [];
      for await (const object of store.list()) found.push(object);
      return found;
    };

    beforeEach(async () => {
      ({ store, dispose } = await make());
    });
    afterEach(() => dispose?.());

    it('gives back what was put, and says its size and SHA-256', async () => {
      const bytes = randomBytes(1_000_003);
      const stored = await store.put(key, bytes);
      expect(stored).toEqual({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest() });
      expect(await store.head(key)).toEqual({ size: bytes.length });
      expect((await read()).equals(bytes)).toBeTrue();
    });

    it('takes a stream whose length it does not know', async () => {
      const chunks = Array.from({ length: 200 }, () => randomBytes(7_001));
      const stored = await store.put(key, Readable.from(chunks));
      expect(stored.size).toBe(200 * 7_001);
      expect((await read()).equals(Buffer.concat(chunks))).toBeTrue();
    });

    it('keeps an object of no bytes', async () => {
      expect((await store.put(key, new Uint8Array())).size).toBe(0);
      expect(await store.head(key)).toEqual({ size: 0 });
      expect((await read()).length).toBe(0);
      await store.put(key, Readable.from([]));
      expect(await store.head(key)).toEqual({ size: 0 });
    });

    it('gives a range, both ends included', async () => {
      await store.put(key, Buffer.from('0123456789'));
      expect((await read({ start: 0, end: 0 })).toString()).toBe('0');
      expect((await read({ start: 3, end: 5 })).toString()).toBe('345');
      expect((await read({ start: 9, end: 9 })).toString()).toBe('9');
    });

    it('gives what there is of a range that goes past the end', async () => {
      await store.put(key, Buffer.from('0123456789'));
      expect((await read({ start: 8, end: 500 })).toString()).toBe('89');
    });

    for (const range of [
      { start: 10, end: 12 },
      { start: 5, end: 4 },
      { start: -2, end: 4 },
      { start: 0.5, end: 4 },
    ]) {
      it(`refuses the range ${range.start} to ${range.end} of ten bytes`, async () => {
        await store.put(key, Buffer.from('0123456789'));
        await expectAsync(store.get(key, range)).toBeRejectedWithError(RangeError);
      });
    }

    it('has no range in an object of no bytes', async () => {
      await store.put(key, new Uint8Array());
      await expectAsync(store.get(key, { start: 0, end: 0 })).toBeRejectedWithError(RangeError);
    });

    it('says so when there is no such object', async () => {
      await expectAsync(store.get(key)).toBeRejectedWithError(BlobNotFoundError);
      expect(await store.head(key)).toBeUndefined();
    });

    it('forgets a deleted object, and does not mind deleting it again', async () => {
      await store.put(key, Buffer.from('x'));
      await store.delete(key);
      await store.delete(key);
      expect(await store.head(key)).toBeUndefined();
      await expectAsync(store.get(key)).toBeRejectedWithError(BlobNotFoundError);
    });

    it('keeps nothing of a source that fails half-way', async () => {
      const broken = Readable.from(
        (async function* () {
          yield randomBytes(300_000);
          throw new Error('the client went away');
        })(),
      );
      await expectAsync(store.put(key, broken)).toBeRejectedWithError(/went away/);
      expect(await store.head(key)).toBeUndefined();
    });

    it('keeps the old object when the source of its replacement fails', async () => {
      await store.put(key, Buffer.from('old'));
      const broken = new Readable({ read: () => undefined });
      broken.push('ne');
      const putting = store.put(key, broken);
      setImmediate(() => broken.destroy());
      await expectAsync(putting).toBeRejected();
      expect((await read()).toString()).toBe('old');
    });

    it('ends a read with the object it began with when that is replaced', async () => {
      const first = randomBytes(3_000_000);
      await store.put(key, first);
      const reading = await store.get(key);
      await store.put(key, randomBytes(3_000_000));
      expect((await buffer(reading)).equals(first)).toBeTrue();
    });

    it('is left with one whole object when many are put at once', async () => {
      const candidates = Array.from({ length: 8 }, () => randomBytes(200_000));
      await Promise.all(candidates.map((bytes) => store.put(key, bytes)));
      const winner = await read();
      expect(candidates.some((bytes) => bytes.equals(winner))).toBeTrue();
    });

    it('takes what is known of the bytes with them', async () => {
      await store.put(key, Buffer.from('x'), { contentType: 'text/plain' });
      await store.put(key, Readable.from([Buffer.from('yz')]), { contentType: 'image/png' });
      expect((await read()).toString()).toBe('yz');
    });

    it('copies an object, whole, and each goes on by itself', async () => {
      const copy = randomId();
      await store.put(key, Buffer.from('one'));
      await store.put(copy, Buffer.from('was there before'));
      await store.copy(key, copy);
      await store.copy(key, copy);
      await store.put(key, Buffer.from('two'));
      expect((await buffer(await store.get(copy))).toString()).toBe('one');
      await store.delete(key);
      expect(await store.head(copy)).toEqual({ size: 3 });
    });

    it('copies an object to itself without losing it', async () => {
      await store.put(key, Buffer.from('one'));
      await store.copy(key, key);
      expect((await read()).toString()).toBe('one');
    });

    it('copies nothing that is not there, and leaves what is', async () => {
      const there = randomId();
      await store.put(there, Buffer.from('stays'));
      await expectAsync(store.copy(key, there)).toBeRejectedWithError(BlobNotFoundError);
      expect((await buffer(await store.get(there))).toString()).toBe('stays');
    });

    it('lists every object once, with its size and when it came', async () => {
      expect(await listed()).toEqual([]);
      const keys = Array.from({ length: 12 }, () => randomId());
      await Promise.all(keys.map((each, index) => store.put(each, Buffer.alloc(index))));
      await store.incoming.put(randomId(), Buffer.from('an upload is no object'));
      const removed = randomId();
      await store.put(removed, Buffer.from('x'));
      await store.delete(removed);
      const found = await listed();
      const expected = keys.map((each, index) => [each, index] as const);
      expect(found.map(({ key: each, size }) => [each, size] as const).sort()).toEqual([...expected].sort());
      for (const { changedAt } of found) {
        expect(Math.abs(changedAt.getTime() - Date.now())).toBeLessThan(600_000);
      }
    });

    for (const foreign of FOREIGN_KEYS) {
      it(`refuses the key ${JSON.stringify(foreign)}, which it did not make`, async () => {
        const source = Readable.from([Buffer.from('x')]);
        await expectAsync(store.put(foreign, source)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.get(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.head(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.delete(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.copy(foreign, key)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.copy(key, foreign)).toBeRejectedWithError(InvalidBlobKeyError);
      });
    }
  });
}
