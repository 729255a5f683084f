import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { strippedPicture } from '../hygiene/stripped-picture.ts';
import { Problem } from '../platform/problem.ts';
import type { StartLog } from '../platform/start-log.ts';
import { examinePhoto } from './examine-photo.ts';
import { SAMPLE_TENANT } from './people.ts';
import { listPhotoFolder, megabytes, readPhoto, type FolderEntry } from './photo-folder.ts';
import { displayNameOf, slugOf } from './photo-names.ts';
import type { SampleTarget } from './sample-target.ts';
import { ensureSampleOwners, TEAM_FOLDER, type SampleOwner } from './seed-samples.ts';

const DEFAULT_MOST_BYTES = 50 * 2 ** 20;

/** How an import ended; the three together are the number of files. */
export interface ImportSummary {
  imported: number;
  /** Imported by an earlier start, or the same bytes under the same name again. */
  known: number;
  refused: { name: string; reason: string }[];
}

export interface ImportOptions {
  /** Larger files are named and left out. Default 50 MiB. */
  mostBytes?: number;
  /** Ends the import after the file it is at. */
  signal?: AbortSignal;
}

type Outcome = { imported: string; size: number } | { known: string } | { refused: string };

/**
 * Imports every file of a folder as a team photo of the sample people, or names it with the reason why not. Photos
 * are stored as they are; the next start finds the same files imported already.
 *
 * @param log gets one line for each file, and a summary at the end
 * @throws StartError when the folder cannot be read
 */
export async function importPhotos(
  target: SampleTarget,
  folder: string,
  log: Pick<StartLog, 'info'>,
  { mostBytes = DEFAULT_MOST_BYTES, signal }: ImportOptions = {},
): Promise<ImportSummary> {
  const entries = await listPhotoFolder(folder);
  await ensureSampleOwners(target);
  const taken = new TakenPaths(target);
  const summary: ImportSummary = { imported: 0, known: 0, refused: [] };
  for (const [index, entry] of entries.entries()) {
    if (signal?.aborted) break;
    const ownerId: SampleOwner = summary.imported % 2 === 0 ? 'ada' : 'grace';
    const outcome = await importOne(target, taken, entry, ownerId, mostBytes);
    const name = displayNameOf(entry.name);
    const count = String(entries.length);
    log.info(`[${String(index + 1).padStart(count.length + 1)}/${count}] ${name} ${inWords(outcome)}`);
    if ('refused' in outcome) summary.refused.push({ name, reason: outcome.refused });
    else if ('known' in outcome) summary.known++;
    else summary.imported++;
  }
  log.info(
    `photos of ${folder}: ${summary.imported} imported, ${summary.known} known, ${summary.refused.length} not imported`,
  );
  for (const { name, reason } of summary.refused) log.info(`  not imported: ${name} ${reason}`);
  return summary;
}

async function importOne(
  target: SampleTarget,
  taken: TakenPaths,
  { file, name, refused }: FolderEntry,
  ownerId: SampleOwner,
  mostBytes: number,
): Promise<Outcome> {
  if (refused) return { refused };
  const read = await readPhoto(file, mostBytes);
  if ('refused' in read) return read;
  const photo = await examinePhoto(read);
  if ('refused' in photo) return photo;
  // As it will be stored, so that the next start knows it again.
  const body = await strippedPicture(photo.contentType, read);
  const { path, isKnown } = await taken.pathFor(name, photo.extension, body);
  if (isKnown) return { known: path };
  try {
    await target.addResource({
      tenantId: SAMPLE_TENANT,
      ownerId,
      kind: 'teamPhoto',
      path,
      displayName: displayNameOf(basename(name)),
      contentType: photo.contentType,
      body,
    });
  } catch (error) {
    if (error instanceof Problem) return { refused: `was refused: ${error.message}` };
    throw error;
  }
  taken.add(path, body);
  return { imported: path, size: body.length };
}

function inWords(outcome: Outcome): string {
  if ('refused' in outcome) return outcome.refused;
  if ('known' in outcome) return `was imported before: ${outcome.known}`;
  return `-> ${outcome.imported} (${megabytes(outcome.size)})`;
}

/** What is stored under the paths that were asked for; each is asked for once. */
class TakenPaths {
  readonly #target: SampleTarget;
  readonly #digests = new Map<string, string | undefined>();

  constructor(target: SampleTarget) {
    this.#target = target;
  }

  /** The path where these bytes are, or else the first free one: `name.jpg`, `name-2.jpg`, `name-3.jpg`, ... */
  async pathFor(name: string, extension: string, body: Buffer): Promise<{ path: string; isKnown: boolean }> {
    const slug = slugOf(basename(name));
    const digest = digestOf(body);
    for (let n = 1; ; n++) {
      const path = `${TEAM_FOLDER}/${slug}${n === 1 ? '' : `-${n}`}.${extension}`;
      const stored = await this.#stored(path);
      if (stored === undefined) return { path, isKnown: false };
      if (stored === digest) return { path, isKnown: true };
    }
  }

  add(path: string, body: Buffer): void {
    this.#digests.set(path, digestOf(body));
  }

  async #stored(path: string): Promise<string | undefined> {
    if (!this.#digests.has(path)) {
      const digest = await this.#target.digestOf(SAMPLE_TENANT, path);
      this.#digests.set(path, digest && Buffer.from(digest).toString('hex'));
    }
    return this.#digests.get(path);
  }
}

function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
