import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const ENOUGH_BYTES = 2 ** 30;

/**
 * Where specs put database clusters and what servers keep: where the test run says, which clears up there, else in memory
 * when the system has room, since a cluster is a thousand small files; else the system's temporary folder.
 */
export function scratchFolder(): string {
  const ofRun = process.env['TEST_SCRATCH'];
  if (ofRun) return ofRun;
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= ENOUGH_BYTES) return '/dev/shm';
  } catch {
    // Only Linux has it.
  }
  return tmpdir();
}
