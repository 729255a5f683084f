import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataFolder, startServer } from './server-process.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

let original: Promise<Folder> | undefined;

/**
 * A data folder as the program left it after its first start: with a database, secrets and samples. The program makes it
 * once for all specs of a process, and every call is given a copy. Specs of the first start itself use
 * {@link dataFolder}.
 */
export async function filledFolder(): Promise<Folder> {
  const { path } = await (original ??= fill());
  const folder = await dataFolder();
  // Files of the database belong to the user it runs as, and only this keeps that.
  await promisify(execFile)('cp', ['-a', join(path, '.'), folder.path]);
  return folder;
}

async function fill(): Promise<Folder> {
  const folder = await dataFolder();
  const server = await startServer(folder.path);
  await server.stop();
  // Each copy would ask for the same port first.
  await rm(join(folder.path, 'postgres', 'port'));
  return folder;
}

beforeAll(() => (original ??= fill()), 120_000);

afterAll(async () => (await original)?.remove());
