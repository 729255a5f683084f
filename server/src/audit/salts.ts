import { randomFillSync } from 'node:crypto';
import { SALT_BYTES } from './leaf.ts';

// Each trip to the generator costs more than a thousand salts of it.
const POOL_BYTES = 1024 * SALT_BYTES;
let pool = Buffer.alloc(0);
let used = 0;

/** @returns 16 random bytes that nobody else has */
export function freshSalt(): Buffer {
  if (used + SALT_BYTES > pool.length) {
    // A new one each time: salts that were handed out look into it.
    pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
    used = 0;
  }
  return pool.subarray(used, (used += SALT_BYTES));
}
