import type { Assembly } from '../assembly.ts';
import { importPhotos } from './import-photos.ts';
import { seedSamples } from './seed-samples.ts';
import { seedShowcase } from './seed-showcase.ts';
import { serverTarget } from './server-target.ts';

/**
 * Fills an embedded server: sample people, pictures, documents and a video, and the photos of somebody's own folder.
 *
 * @param photos folder to import; undefined for none
 * @param signal aborted when the server is to stop before this is done
 */
export async function fillWithSamples(
  assembly: Assembly,
  photos: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const target = serverTarget(assembly);
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  const log = { info: tell, warn: tell, error: tell };
  await seedSamples(target, log);
  await seedShowcase(target, log, signal);
  if (photos && !signal.aborted) await importPhotos(target, photos, log, { signal });
}
