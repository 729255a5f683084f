import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { prolongTaking } from './store.ts';
import type { Upload } from './upload.ts';

/** Well before a claim to take an upload ends: that is after 30 seconds. */
const EVERY_MS = 10_000;

/**
 * Runs what may take an upload, and prolongs the claim to it meanwhile: to copy and examine a large file takes longer than a claim.
 * When the database is away for as long as that, somebody else may take it too.
 *
 * @param everyMs how often it is prolonged
 */
export async function whileTaken<T>(
  db: TenantDatabase,
  { tenantId, id }: Pick<Upload, 'tenantId' | 'id'>,
  work: () => Promise<T>,
  everyMs = EVERY_MS,
): Promise<T> {
  const prolong = (): void => {
    void forTenant(db, tenantId, (connection) => prolongTaking(connection, id)).catch(() => undefined);
  };
  const timer = setInterval(prolong, everyMs).unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
