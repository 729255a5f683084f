import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BlobNotFoundError, InvalidBlobKeyError, type BlobStore } from './blob-store.ts';
import { randomId } from './ids.ts';

/**
 * What every blob store promises, as specs.
 *
 * @param name of the store, for the report
 * @param make opens an empty store; `dispose` is called after each spec
 */
export function describeBlobStore(
  name: string,
  make: () => Promise<{ store: BlobStore; dispose?: () => Promise<void> }>,
): void {
  describe(`${name} as a blob store`, () => {
    let store: BlobStore;
    let dispose: (() => Promise<void>) | undefined;
    const key = randomId();

    const read = async (range?: { start: number; end: number }) => buffer(await store.get(key, range));

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

    for (const foreign of [
      '',
      '..',
      '../../etc/passwd',
      'public/team/avatar-2.jpg',
      'a'.repeat(21),
      'a'.repeat(22), // the last character has spare bits set: a second spelling of the same key
      `${'a'.repeat(21)}A\n`,
      `${'a'.repeat(20)}/A`,
      `${'a'.repeat(21)}A.tmp`,
    ]) {
      it(`refuses the key ${JSON.stringify(foreign)}, which it did not make`, async () => {
        const source = Readable.from([Buffer.from('x')]);
        await expectAsync(store.put(foreign, source)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.get(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.head(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
        await expectAsync(store.delete(foreign)).toBeRejectedWithError(InvalidBlobKeyError);
      });
    }
  });
}
