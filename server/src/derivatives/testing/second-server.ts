import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CountersignConfig } from '../../countersign-config.ts';
import type { BlobStore } from '../../platform/blob-store.ts';
import { scratchFolder } from '../../platform/testing/scratch-folder.ts';
import { TestServer } from '../../testing/test-server.ts';

/** Delivery address of two servers that look like one. */
export const CDN = 'http://cdn.test';

/** @returns another server of the same deployment: same database, same objects, a spool of its own; and how it ends */
export async function secondServer(
  first: TestServer,
  settings: Partial<CountersignConfig> = {},
): Promise<{ second: TestServer; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(scratchFolder(), 'countersign-second-'));
  await symlink(join(first.dataDir, 'files'), join(dataDir, 'files'));
  const second = await TestServer.start({
    ...{ databaseUrl: first.database.url, dataDir, deliveryUrl: `${CDN}/cdn`, ...settings },
  });
  return {
    second,
    stop: async () => {
      await second.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** @returns the keys of all objects of a store */
export async function keysIn(store: Pick<BlobStore, 'list'>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
}
