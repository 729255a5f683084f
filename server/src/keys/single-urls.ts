import { writeEvent } from '../audit/event.store.ts';
import { findIssuedUrl, type IssuedUrl } from '../audit/issued-urls.store.ts';
import type { Preview } from '../leases/dry-run.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import { lastEpochOf } from '../leases/receipt.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { notFound, type Problem } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { insertRevokedSignature, isSignatureRevoked, ownerOfKey } from './revoked-signature.store.ts';

/** The event of a URL that was revoked by itself, and the change of the epoch log. */
const SIGNATURE_REVOKED = 'signature-revoked';

const unknownSignature = (): Problem =>
  notFound('No URL with this signatureId was issued here, or the audit no longer knows of it.');

/** Which URL is to die, and who says so. */
export interface UrlRevocation {
  tenantId: string;
  /** `sig_...`, as signing answered it and the audit has it. */
  signatureId: string;
  /** Principal id, for the audit. */
  actor: string;
  /** Why, for the audit. */
  reason?: string | undefined;
}

/** There was nothing to do: the URL was dead already. */
export interface ExpiredUrl {
  status: 'expired';
  expiresAt: Date;
}

/** Ends signed URLs one by one: the leaked one dies, and nothing else of its owner. */
export class SingleUrls {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;

  constructor(db: TenantDatabase, receipts: Receipts) {
    this.#db = db;
    this.#receipts = receipts;
  }

  /**
   * Repeating it gives the same epoch. Whoever has the URL signed again gets another one, in the same window too.
   *
   * @throws Problem 404 `not-found`, for a URL of another tenant too
   */
  async revoke({ tenantId, signatureId, actor, reason }: UrlRevocation): Promise<Settling | ExpiredUrl> {
    const done = await forTenant(this.#db, tenantId, async (connection) => {
      const about = { tenantId, change: SIGNATURE_REVOKED, subject: signatureId } as const;
      const earlier = await lastEpochOf(connection, about);
      if (earlier !== undefined) return earlier;
      const issued = await findIssuedUrl(connection, tenantId, signatureId);
      if (!issued) throw unknownSignature();
      const { kid, path, resourceId, expiresAt, hasExpired } = issued;
      if (hasExpired) return expired(issued);
      if (!(await insertRevokedSignature(connection, { tenantId, signatureId, kid, expiresAt }))) {
        return lastEpochOf(connection, about);
      }
      const owner = await ownerOfKey(connection, tenantId, kid);
      await writeEvent(connection, {
        event: SIGNATURE_REVOKED,
        tenantId,
        path: path ?? undefined,
        resourceId: resourceId ?? undefined,
        signatureId,
        kid,
        actor,
        owner,
        reason,
      });
      return advanceEpoch(connection, {
        ...about,
        kids: [kid],
        signatureIds: [signatureId],
        ...(owner === undefined ? {} : { ownerId: owner }),
      });
    });
    if (done === undefined) throw new Error('a URL is revoked, and its receipt is not there');
    if (typeof done === 'object') return done;
    return { epoch: done, receipt: this.#receipts.settle(done) };
  }

  /** What `revoke` would end. @throws as `revoke` does */
  preview(tenantId: string, signatureId: string): Promise<Preview | ExpiredUrl> {
    return readForTenant(this.#db, tenantId, async (connection) => {
      const issued = await findIssuedUrl(connection, tenantId, signatureId);
      if (!issued) throw unknownSignature();
      if (issued.hasExpired) return expired(issued);
      const isDead = await isSignatureRevoked(connection, tenantId, signatureId);
      return { dryRun: true, resources: isDead ? 0 : 1, urls: isDead ? 0 : 1 };
    });
  }
}

const expired = ({ expiresAt }: IssuedUrl): ExpiredUrl => ({ status: 'expired', expiresAt });
