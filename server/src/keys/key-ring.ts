import type { KeyObject } from 'node:crypto';
import { deriveKey } from '@countersign/signed-url';
import { LRUCache } from 'lru-cache';
import type { ChangeKind, NumberedChange } from '../leases/change.ts';
import { requireNotBehind } from '../leases/not-behind.ts';
import { batchedLookup } from '../platform/batched-lookup.ts';
import { CoherentCache } from '../platform/coherent-cache.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { MasterVersions } from './master-secrets.ts';
import { findActiveKey, findKeys, type KeyRow } from './store.ts';

/** A live key of one owner. */
export interface OwnerKey {
  kid: string;
  tenantId: string;
  ownerId: string;
  key: KeyObject;
  /** Signature ids of its URLs that are dead one by one. Grows while the key is in memory. */
  revoked: Set<string>;
}

const MOST_KEYS = 100_000;
/** How long a request may wait for what is not in memory, milliseconds. */
const LOOKUP_MS = 2000;
const MOST_REVOKED = 1_000;
/** Signature ids of one key; with more, it is read anew, without those that have expired. */
const MOST_SIGNATURES = 10_000;

/**
 * Live keys, derived when first needed and dropped when a change says so. Revoked and unknown keys are never kept:
 * absent means ask.
 */
export class KeyRing {
  readonly #masters: MasterVersions;
  readonly #byKid: CoherentCache<OwnerKey>;
  readonly #byOwner: CoherentCache<OwnerKey>;
  readonly #revoked = new LRUCache<string, { tenantId: string; ownerId: string }>({ max: MOST_REVOKED });

  /** @param applied newest epoch that this server has applied: rows of a database that is behind are refused */
  constructor(db: Database, masters: MasterVersions, applied: () => number = () => 0) {
    this.#masters = masters;
    const lookup = batchedLookup(async (kids) => {
      const before = applied();
      const rows = await withConnection(db, LOOKUP_MS, (connection) => findKeys(connection, kids));
      requireNotBehind(rows, before);
      return new Map(rows.map((row) => [row.kid, row]));
    });
    this.#byKid = new CoherentCache(async (kid) => this.derive(await lookup(kid)), MOST_KEYS);
    this.#byOwner = new CoherentCache(async (name) => {
      const [tenantId = '', ownerId = ''] = name.split('\n');
      const before = applied();
      const row = await withConnection(db, LOOKUP_MS, (connection) =>
        findActiveKey(connection, tenantId, ownerId),
      );
      requireNotBehind([row], before);
      return this.derive(row);
    }, MOST_KEYS);
  }

  /**
   * @returns the live key of this name; undefined: unknown or revoked, nobody outside can tell which
   * @throws keyUnavailable by rejecting: this server lacks the master secret of the key
   */
  byKid(kid: string): OwnerKey | undefined | Promise<OwnerKey | undefined> {
    return this.#byKid.get(kid);
  }

  /** @returns whose key this was, if it was asked for lately and is revoked: for the audit only */
  revoked(kid: string): { tenantId: string; ownerId: string } | undefined {
    return this.#revoked.get(kid);
  }

  /** @returns whether the key is live by everything that is known at this moment */
  stillLive(owned: OwnerKey): boolean {
    return this.#byKid.peek(owned.kid) === owned;
  }

  /**
   * @returns the key that signs new URLs of this owner; undefined: revoked, or never had one
   * @throws keyUnavailable by rejecting
   */
  activeOf(tenantId: string, ownerId: string): OwnerKey | undefined | Promise<OwnerKey | undefined> {
    return this.#byOwner.get(`${tenantId}\n${ownerId}`);
  }

  /** Drops or corrects what a change made wrong. */
  apply(
    change: Pick<NumberedChange, 'tenantId' | 'ownerId' | 'kids' | 'signatureIds'> & { change?: ChangeKind },
  ): void {
    const { kids, signatureIds, tenantId, ownerId } = change;
    kids.forEach((kid) => {
      if (signatureIds.length > 0) this.#revokeSome(kid, signatureIds);
      else this.#byKid.invalidate(kid);
      // Of an erased owner the database knows another name now.
      this.#revoked.delete(kid);
    });
    if (ownerId !== null) this.#byOwner.invalidate(`${tenantId}\n${ownerId}`);
    // Keys of many were renewed at once.
    else if (change.change === 'key-rotated') {
      this.#byOwner.invalidateAll((name) => name.startsWith(`${tenantId}\n`));
    }
  }

  /** The key lives on: whoever is being served by another of its URLs must not be refused. */
  #revokeSome(kid: string, signatureIds: readonly string[]): void {
    const owned = this.#byKid.peek(kid);
    signatureIds.forEach((id) => owned?.revoked.add(id));
    if (owned && owned.revoked.size <= MOST_SIGNATURES) this.#byKid.refresh(kid);
    else this.#byKid.invalidate(kid);
  }

  /** Drops everything: nobody knows what was changed. */
  forgetAll(): void {
    this.#byKid.clear();
    this.#byOwner.clear();
  }

  /** @returns the key of a row as it is stored; undefined: it is revoked */
  derive(row: KeyRow | undefined): OwnerKey | undefined {
    if (!row) return undefined;
    const { kid, tenantId, ownerId, masterVersion, salt, revoked } = row;
    if (!salt) {
      this.#revoked.set(kid, { tenantId, ownerId });
      return undefined;
    }
    return {
      kid,
      tenantId,
      ownerId,
      key: deriveKey({ master: this.#masters.of(masterVersion), salt, tenant: tenantId, ownerId, kid }),
      revoked: new Set(revoked),
    };
  }
}
