import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { newBlobKey, type BlobStore } from './blob-store.ts';
import { StartError } from './start-error.ts';

/** One thing that a store must be able to do, and whether it did. */
export interface TriedStep {
  step: 'put' | 'get' | 'list' | 'delete';
  /** Why it failed: a code of the store, without addresses or secrets. */
  failure?: string;
}

/** Puts, reads, lists and deletes one small object. Never rejects; leaves nothing where it may delete. */
export async function tryStore(store: BlobStore): Promise<TriedStep[]> {
  const key = newBlobKey();
  const bytes = randomBytes(64);
  const tried: TriedStep[] = [];
  const attempt = async (step: TriedStep['step'], work: () => Promise<unknown>): Promise<void> => {
    const failure = await work().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    tried.push({ step, ...(failure === undefined ? {} : { failure }) });
  };
  await attempt('put', () => store.put(key, bytes));
  await attempt('get', async () => {
    if (!(await buffer(await store.get(key))).equals(bytes)) throw new Error('gave back other bytes');
  });
  await attempt('list', () => store.list()[Symbol.asyncIterator]().next());
  await attempt('delete', () => store.delete(key));
  return tried;
}

/** @throws StartError that says what the store cannot do */
export async function requireWorkingStore(store: BlobStore, name: string): Promise<void> {
  const failed = (await tryStore(store)).filter(({ failure }) => failure !== undefined);
  if (failed.length === 0) return;
  const words = failed.map(({ step, failure }) => `${step} (${failure})`).join(', ');
  throw new StartError(
    `S3_VERIFY_ON_START: the ${name} does not allow what the server needs: ${words}. Look at S3_BUCKET, S3_ENDPOINT and the rights of its keys (docs/storage.md).`,
  );
}
