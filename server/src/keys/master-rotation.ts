import type { Logger } from 'pino';
import { writeEvent } from '../audit/event.store.ts';
import { underPolicies } from '../audit/retention.store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipt, Receipts } from '../leases/receipts.ts';
import { transaction, type Connection, type Database } from '../platform/database.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { newKey } from './owner-keys.ts';
import {
  findOutdatedOwners,
  listMasters,
  listServerSecrets,
  makeCurrent,
  renewOutdated,
  retireEmptyMasters,
  type MasterVersion,
  type OutdatedOwner,
  type ServerSecrets,
} from './master.store.ts';
import { lockOwners } from './rotation.store.ts';

/** What rotating the master secret needs. */
export interface MasterRotationOptions {
  /** Acts as `holder`. */
  holder: Database;
  tenants: TenantDatabase;
  /** The owner of the tables. */
  owner: Database;
  receipts: Receipts;
  log: Logger;
}

/** How many owners get a new key in one transaction. */
const BATCH = 200;

/** To which version one may rotate now. */
export interface Candidate {
  /** Undefined: no server has announced a secret that is not in use yet. */
  version: number | undefined;
  /** Servers that run and lack its secret. */
  lacking: string[];
  /** Servers that run and have it. */
  having: string[];
}

/** Replaces the master secret of the deployment, while every URL goes on working. */
export class MasterRotation {
  readonly #options: MasterRotationOptions;

  constructor(options: MasterRotationOptions) {
    this.#options = options;
  }

  /** The announced version that most servers have the secret of; of several, the newest. */
  async candidate(): Promise<Candidate> {
    const { holder } = this.#options;
    const announced = (await listMasters(holder)).filter(({ state }) => state === 'announced');
    const servers = await listServerSecrets(holder);
    const candidates = announced.map(({ version }) => candidateOf(version, servers));
    candidates.sort((a, b) => b.having.length - a.having.length || (b.version ?? 0) - (a.version ?? 0));
    return candidates[0] ?? { version: undefined, lacking: [], having: [] };
  }

  /**
   * Makes keys with this version from now on. Of two who call it, one does it.
   *
   * @param actor for the audit
   */
  async begin(version: number, actor: string): Promise<void> {
    const current = await this.current();
    await transaction(this.#options.owner, async (connection: Connection) => {
      if (!(await makeCurrent(connection, { version, from: current.version }))) return;
      await tellDeployment(connection, {
        event: 'master-rotated',
        actor,
        reason: `version=${version} before=${current.version}`,
      });
    });
  }

  /** The version that makes new keys. */
  async current(): Promise<MasterVersion> {
    const current = (await listMasters(this.#options.holder)).find(({ state }) => state === 'current');
    if (!current) throw new Error('no master version is current: run the migrations');
    return current;
  }

  /**
   * Gives every owner whose key is of another version a new one, in batches, each a transaction of its own. It may be
   * ended at any moment and begun again, also by another process.
   *
   * @param onBatch is told how many keys were renewed so far
   * @returns how many, and how to wait until every server signs with them
   */
  async renewKeys(
    actor: string,
    { signal, onBatch }: { signal?: AbortSignal; onBatch?: (renewed: number) => void } = {},
  ): Promise<{ renewed: number; settled: () => Promise<Receipt | undefined> }> {
    let renewed = 0;
    let newest: number | undefined;
    let after: OutdatedOwner | undefined;
    while (!signal?.aborted) {
      const found: OutdatedOwner[] = await findOutdatedOwners(this.#options.holder, after, BATCH);
      after = found.at(-1);
      if (!after) break;
      for (const [tenantId, owners] of Map.groupBy(found, (owner) => owner.tenantId)) {
        const done = await this.#renew(tenantId, owners, actor);
        if (!done) continue;
        renewed += done.count;
        newest = done.epoch;
      }
      onBatch?.(renewed);
    }
    const epoch = newest;
    return {
      renewed,
      settled: () =>
        epoch === undefined ? Promise.resolve(undefined) : this.#options.receipts.settle(epoch),
    };
  }

  /** The daily part: keys that were left over get new ones, and versions without keys end. */
  async finish(signal?: AbortSignal): Promise<void> {
    const { holder, owner, log } = this.#options;
    const { renewed, settled } = await this.renewKeys('system', signal ? { signal } : {});
    if (renewed > 0) log.info({ renewed }, 'keys of an earlier master secret were renewed');
    await settled();
    const retired = await transaction(owner, async (connection: Connection) => {
      const versions = await retireEmptyMasters(holder, connection);
      for (const version of versions) {
        await tellDeployment(connection, {
          event: 'master-retired',
          actor: 'system',
          reason: `version=${version}`,
        });
      }
      return versions;
    });
    for (const version of retired) {
      log.info(
        { version },
        'no key of this master version is left: its secret can be taken out of the settings',
      );
    }
  }

  /** @returns undefined when others have renewed them all */
  #renew(
    tenantId: string,
    owners: readonly OutdatedOwner[],
    actor: string,
  ): Promise<{ count: number; epoch: number } | undefined> {
    return forTenant(this.#options.tenants, tenantId, async (connection) => {
      const ownerIds = owners.map(({ ownerId }) => ownerId);
      await lockOwners(connection, tenantId, ownerIds);
      const keys = ownerIds.map((ownerId) => newKey(tenantId, ownerId));
      const count = await renewOutdated(connection, tenantId, keys);
      if (count === 0) return undefined;
      await writeEvent(connection, { event: 'key-rotated', tenantId, actor, reason: `master keys=${count}` });
      // It names nobody: servers look up anew which key is whose, for this tenant.
      return { count, epoch: await advanceEpoch(connection, { tenantId, change: 'key-rotated' }) };
    });
  }
}

function candidateOf(version: number, servers: readonly ServerSecrets[]): Candidate {
  const has = ({ versions }: ServerSecrets): boolean => versions?.includes(version) ?? false;
  const names = (some: readonly ServerSecrets[]): string[] => some.map(({ holderId }) => holderId);
  return {
    version,
    having: names(servers.filter(has)),
    lacking: names(servers.filter((server) => !has(server))),
  };
}

/** What concerns no tenant in particular. */
const tellDeployment = (
  connection: Connection,
  event: { event: string; actor: string; reason: string },
): Promise<void> => underPolicies(connection, () => writeEvent(connection, event));
