import { randomBytes } from 'node:crypto';
import { access, constants, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { environment } from '../../config.ts';
import { newBlobKey } from '../../platform/blob-store.ts';
import { fileBlobStore } from '../../platform/file-blob-store.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding } from './check.ts';

const SAMPLE_BYTES = 64 * 1024;
const COMFORTABLE_BYTES = 2 ** 30;

/** Writes, reads and deletes one file where those of resources are. */
export const blobsCheck: Check = {
  name: 'store',
  async run({ dataDir, variables }) {
    // Files are in a bucket then: the check of the bucket looks at it.
    if (variables['S3_BUCKET']) return [];
    if (!(await isFolder(dataDir))) return [await absent(dataDir)];
    const files = join(dataDir, 'files');
    const existed = await isFolder(files);
    // In a folder of its own: opening the store proper would tidy up after processes that it takes for dead, and those
    // of a server in another container look dead from here.
    const folder = await mkdtemp(join(existed ? files : dataDir, '.doctor-')).catch(
      (error: unknown) => error as Error,
    );
    if (folder instanceof Error)
      return [problem(`${files} is not writable: ${wordsOf(folder)}`, userOf(dataDir))];
    try {
      const blobs = await fileBlobStore(folder);
      const key = newBlobKey();
      const written = randomBytes(SAMPLE_BYTES);
      await blobs.put(key, written);
      const read = await buffer(await blobs.get(key));
      await blobs.delete(key);
      if (!read.equals(written) || (await blobs.head(key))) {
        return [problem(`${files} gave back other bytes than were written`, 'look at the disk')];
      }
      return [ok(`${files}: a file was written, read and deleted`)];
    } catch (error) {
      return [problem(`${files} does not work: ${wordsOf(error)}`, userOf(dataDir))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Room for what may have to wait on the disk. */
export const diskCheck: Check = {
  name: 'disk',
  async run({ dataDir, variables }) {
    if (!(await isFolder(dataDir))) return [];
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const needed = bytesOf('AUDIT_SPOOL_MAX_BYTES', variables) + bytesOf('MAX_UPLOAD_BYTES', variables);
    const says = `${dataDir} has ${megabytes(free)} MB left`;
    if (free < needed) {
      return [
        problem(
          `${says}, and audit spool and one upload may need ${megabytes(needed)} MB`,
          'make room, or lower AUDIT_SPOOL_MAX_BYTES',
        ),
      ];
    }
    return [free < COMFORTABLE_BYTES ? warning(says, 'make room') : ok(says)];
  },
};

async function absent(dataDir: string): Promise<Finding> {
  let parent = dirname(dataDir);
  while (!(await exists(parent))) parent = dirname(parent);
  try {
    if (!(await isFolder(parent))) throw new Error(`${parent} is a file`);
    await access(parent, constants.W_OK);
    return ok(`${dataDir} is not there yet; the server makes it`);
  } catch {
    return problem(
      `${dataDir} is not there, and cannot be made`,
      'make it, or name another folder in DATA_DIR',
    );
  }
}

const userOf = (dataDir: string): string =>
  `give ${dataDir} to the user who runs the server, and run this as that user`;

function bytesOf(
  name: 'AUDIT_SPOOL_MAX_BYTES' | 'MAX_UPLOAD_BYTES',
  variables: Readonly<Record<string, string>>,
): number {
  // What is not valid is told by the check of the configuration.
  const { [name]: field } = environment.shape;
  const result = field.safeParse(variables[name]);
  return result.success ? result.data : 0;
}

const megabytes = (bytes: number): number => Math.floor(bytes / 2 ** 20);

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
