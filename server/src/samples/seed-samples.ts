import type { StartLog } from '../platform/start-log.ts';
import { SAMPLE_PEOPLE, SAMPLE_TENANT, type SamplePerson } from './people.ts';
import { SAMPLE_PICTURES } from './pictures.ts';
import type { SampleTarget } from './sample-target.ts';

/** Scripts and documentation rely on these being Ada's; Grace owns the others. */
const PICTURES_OF_ADA = new Set(['avatar-2.jpg', 'avatar-5.jpg', 'avatar-9.jpg']);

/** Where team photos are stored. */
export const TEAM_FOLDER = 'public/team';

/** The sample people who own pictures. */
export type SampleOwner = Extract<SamplePerson['id'], 'ada' | 'grace'>;

/**
 * Makes sure that the two sample owners exist.
 *
 * @returns the ids of those whose key is live
 */
export async function ensureSampleOwners(target: SampleTarget): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for (const { id, name, role } of SAMPLE_PEOPLE) {
    if (role !== 'tenantMember') continue;
    if (await target.ensureOwner({ tenantId: SAMPLE_TENANT, id, name })) live.add(id);
  }
  return live;
}

/**
 * Draws and stores those sample pictures that are not there yet; what is there stays as it is.
 *
 * @param log gets one line at the beginning when there is something to do
 * @returns how many pictures were added
 */
export async function seedSamples(target: SampleTarget, log: Pick<StartLog, 'info'>): Promise<number> {
  await ensureSampleOwners(target);
  const missing = [];
  for (const picture of SAMPLE_PICTURES) {
    const path = `${TEAM_FOLDER}/${picture.name}`;
    if ((await target.digestOf(SAMPLE_TENANT, path)) === undefined) missing.push({ ...picture, path });
  }
  if (missing.length) log.info(`drawing ${missing.length} sample pictures`);
  for (const { name, path, displayName, contentType, draw } of missing) {
    const ownerId: SampleOwner = PICTURES_OF_ADA.has(name) ? 'ada' : 'grace';
    const resource = {
      tenantId: SAMPLE_TENANT,
      ownerId,
      kind: 'teamPhoto',
      path,
      displayName,
      contentType,
    } as const;
    await target.addResource({ ...resource, body: await draw() });
  }
  return missing.length;
}
