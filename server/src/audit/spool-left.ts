import { readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { batchNumberIn, segmentName, type ClosedSegment } from './spool-segment.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What writers that are no more left behind, in the order in which each wrote it.
 *
 * @param folder of all spools
 * @param writer whose spool is in use, and is left out
 */
export async function leftSegments(folder: string, writer: string): Promise<ClosedSegment[]> {
  const writers = (await readdir(folder)).filter((name) => UUID.test(name) && name !== writer);
  return (await Promise.all(writers.map((name) => segmentsOf(join(folder, name), name)))).flat();
}

async function segmentsOf(home: string, writer: string): Promise<ClosedSegment[]> {
  const names = await readdir(home);
  if (names.length === 0) {
    await rmdir(home);
    return [];
  }
  const batches = names.flatMap((name) => batchNumberIn(name) ?? []).sort((a, b) => a - b);
  return Promise.all(
    batches.map(async (batchNo) => {
      const file = join(home, segmentName(batchNo));
      return { file, writer, batchNo, size: (await stat(file)).size };
    }),
  );
}
