import { Problem } from '../platform/problem.ts';
import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { lockStorage, ownLimits, storedBy, type StorageLimits, type Stored } from './quota.store.ts';

/** Whose room is asked for. */
export interface Storer {
  tenantId: string;
  ownerId: string;
}

/** What somebody has stored, and how much it may be; null: no limit. */
export interface StorageUse {
  user: Stored & { maxBytes: number | null; maxResources: number | null };
  tenant: Stored & { maxBytes: number | null; maxResources: number | null };
}

/** What comes to what is stored already. */
export interface Growth {
  /** Resources more: 0 where bytes take the place of others. */
  resources: 0 | 1;
  /** Bytes more; what is not more needs no room. */
  bytes: number;
}

/** Nothing more. */
export const NO_GROWTH: Growth = { resources: 0, bytes: 0 };

/** Which setting a limit comes from, where the database has none of the tenant's own. */
const SETTINGS = {
  userBytes: 'USER_QUOTA_BYTES',
  userResources: 'USER_QUOTA_RESOURCES',
  tenantBytes: 'TENANT_QUOTA_BYTES',
  tenantResources: 'TENANT_QUOTA_RESOURCES',
} as const satisfies Record<keyof StorageLimits, string>;

/** No limits at all. */
export const UNLIMITED: StorageLimits = {
  userBytes: null,
  userResources: null,
  tenantBytes: null,
  tenantResources: null,
};

/** 413 `quota-exceeded`: not 507, which clients would send again. */
export const quotaExceeded = (detail: string): Problem =>
  new Problem(413, 'quota-exceeded', 'There is no room for it', detail);

/** How much each person and each tenant may store. What is stored is counted by the database itself. */
export class Quotas {
  readonly #db: TenantDatabase;
  readonly #limits: StorageLimits;

  /** @param limits of every tenant that has none of its own in `tenant_quotas` */
  constructor(db: TenantDatabase, limits: StorageLimits = UNLIMITED) {
    this.#db = db;
    this.#limits = limits;
  }

  /** @returns what this person and the tenant have stored, and may */
  use({ tenantId, ownerId }: Storer): Promise<StorageUse> {
    return readForTenant(this.#db, tenantId, async (connection) => {
      const limits = await this.#of(connection, tenantId);
      const { user, tenant } = await storedBy(connection, tenantId, ownerId);
      return {
        user: { ...user, maxBytes: limits.userBytes, maxResources: limits.userResources },
        tenant: { ...tenant, maxBytes: limits.tenantBytes, maxResources: limits.tenantResources },
      };
    });
  }

  /**
   * For a look before anything is stored: somebody else may be faster.
   *
   * @throws Problem 413 `quota-exceeded`
   */
  async requireLikely(storer: Storer, growth: Growth): Promise<void> {
    const [refused] = await readForTenant(this.#db, storer.tenantId, (connection) =>
      this.#judge(connection, storer, [growth], false),
    );
    if (refused) throw refused;
  }

  /**
   * Takes room for one, as `admit`.
   *
   * @throws Problem 413 `quota-exceeded`
   */
  async require(connection: TenantConnection, storer: Storer, growth: Growth): Promise<void> {
    const [refused] = await this.admit(connection, storer, [growth]);
    if (refused) throw refused;
  }

  /**
   * Judges one after the other, each with the room that those before have left. Until the transaction ends nobody else in
   * the tenant stores anything, so what is admitted must be stored in it. Where no limit applies nobody waits.
   *
   * @returns for each, in order: undefined, or the Problem 413 `quota-exceeded`
   */
  admit(
    connection: TenantConnection,
    storer: Storer,
    growths: readonly Growth[],
  ): Promise<(Problem | undefined)[]> {
    return this.#judge(connection, storer, growths, true);
  }

  async #judge(
    connection: TenantConnection,
    { tenantId, ownerId }: Storer,
    growths: readonly Growth[],
    locks: boolean,
  ): Promise<(Problem | undefined)[]> {
    if (growths.every(({ resources, bytes }) => resources === 0 && bytes <= 0))
      return growths.map(() => undefined);
    const limits = await this.#of(connection, tenantId);
    if (Object.values(limits).every((limit) => limit === null)) return growths.map(() => undefined);
    if (locks) await lockStorage(connection, tenantId);
    const stored = await storedBy(connection, tenantId, ownerId);
    return growths.map((growth) => {
      const refused = refusalOf(limits, stored, growth);
      if (refused) return refused;
      for (const part of [stored.user, stored.tenant]) {
        part.resources += growth.resources;
        part.bytes += growth.bytes;
      }
      return undefined;
    });
  }

  async #of(connection: TenantConnection, tenantId: string): Promise<StorageLimits> {
    const own = await ownLimits(connection, tenantId);
    if (!own) return this.#limits;
    return {
      userBytes: own.userBytes ?? this.#limits.userBytes,
      userResources: own.userResources ?? this.#limits.userResources,
      tenantBytes: own.tenantBytes ?? this.#limits.tenantBytes,
      tenantResources: own.tenantResources ?? this.#limits.tenantResources,
    };
  }
}

function refusalOf(
  limits: StorageLimits,
  stored: { user: Stored; tenant: Stored },
  growth: Growth,
): Problem | undefined {
  for (const whose of ['user', 'tenant'] as const) {
    const { bytes, resources } = stored[whose];
    const most = { bytes: limits[`${whose}Bytes`], resources: limits[`${whose}Resources`] };
    if (most.resources !== null && growth.resources > 0 && resources + growth.resources > most.resources) {
      return quotaExceeded(
        `${OWNERS[whose]} ${resources} of ${most.resources} files (${SETTINGS[`${whose}Resources`]}). ${ADVICE}`,
      );
    }
    if (most.bytes !== null && growth.bytes > 0 && bytes + growth.bytes > most.bytes) {
      return quotaExceeded(
        `${OWNERS[whose]} ${bytes} of ${most.bytes} bytes, and this needs ${growth.bytes} more (${SETTINGS[`${whose}Bytes`]}). ${ADVICE}`,
      );
    }
  }
  return undefined;
}

const OWNERS = { user: 'The owner has stored', tenant: 'All of your organisation have stored' } as const;
const ADVICE = 'Delete what is not needed, or ask whoever runs this server for more.';
