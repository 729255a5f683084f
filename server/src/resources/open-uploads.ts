import type { TenantConnection } from '../platform/tenant-database.ts';

/** What is to be done once a transaction is committed. */
export type AfterCommit = () => Promise<void>;

/** Uploads under way, as far as resources know of them. */
export interface OpenUploads {
  /**
   * Ends the upload of a resource that becomes `failed`, in the transaction in which it does.
   *
   * @returns what is to be done after the commit: it stops whoever is sending, and removes what has arrived
   */
  giveUp(connection: TenantConnection, tenantId: string, resourceId: string): Promise<AfterCommit>;
}
