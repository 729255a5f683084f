import { readFile } from 'node:fs/promises';
import type { StartLog } from '../platform/start-log.ts';
import { SAMPLE_DOCUMENTS } from './documents/sample-documents.ts';
import { GALLERY_PICTURES } from './gallery/gallery-pictures.ts';
import { SAMPLE_TENANT } from './people.ts';
import type { SampleResource, SampleTarget } from './sample-target.ts';
import { ensureSampleOwners } from './seed-samples.ts';

/** At a time: enough to draw one picture while another is being written. */
const LANES = 8;
const CLIP = new URL('./video/clip.webm', import.meta.url);

/** A resource whose bytes are made only when it is missing. */
type Sample = Omit<SampleResource, 'body' | 'tenantId'> & { make: () => Promise<Buffer> };

/** Everything beside the team's photos that the pages of the showcase show. */
const SAMPLES: readonly Sample[] = [
  ...GALLERY_PICTURES.map(({ name, displayName, draw }, index): Sample => ({
    // Half of it each, so that one sees a revocation go through the gallery.
    ownerId: index % 2 === 0 ? 'ada' : 'grace',
    kind: 'galleryPhoto',
    path: `public/gallery/${name}`,
    displayName,
    contentType: 'image/webp',
    make: draw,
  })),
  ...SAMPLE_DOCUMENTS.map(({ owner, name, displayName, contentType, body }): Sample => ({
    ownerId: owner,
    kind: 'document',
    path: `users/${owner}/documents/${name}`,
    displayName,
    contentType,
    make: () => Promise.resolve(body),
  })),
  {
    ownerId: 'grace',
    kind: 'video',
    path: 'public/videos/clip.webm',
    displayName: 'Twelve seconds of a clock',
    contentType: 'video/webm',
    make: () => readFile(CLIP),
  },
];

/**
 * Makes and stores the gallery, the documents and the video where they are not there yet. What belongs to somebody
 * whose key is revoked is left out: nothing can be added in that name.
 *
 * @param log gets one line at the beginning when there is something to do
 * @param signal aborted when the server is to stop before this is done; what is missing is made at the next start
 * @returns how many were added
 */
export async function seedShowcase(
  target: SampleTarget,
  log: Pick<StartLog, 'info'>,
  signal?: AbortSignal,
): Promise<number> {
  const live = await ensureSampleOwners(target);
  const taken = await target.takenOf(
    SAMPLE_TENANT,
    SAMPLES.map(({ path }) => path),
  );
  const missing = SAMPLES.filter(({ path, ownerId }) => !taken.has(path) && live.has(ownerId));
  if (missing.length) log.info(`adding ${missing.length} samples for gallery, documents and video`);
  const rest = missing.values();
  let added = 0;
  const lane = async (): Promise<void> => {
    for (const { make, ...sample } of rest) {
      if (signal?.aborted) return;
      await target.addResource({ ...sample, tenantId: SAMPLE_TENANT, body: await make() });
      added++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return added;
}
