import { LRUCache } from 'lru-cache';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Lease } from '../leases/lease.ts';
import { requireNotBehind } from '../leases/not-behind.ts';
import { batchedLookup } from '../platform/batched-lookup.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { closed, type EdgeDoor, type EdgePrincipal } from './edge-door.ts';
import {
  recordToldKeys,
  resolveForEdges,
  type EdgeQuestion,
  type ResolvedKey,
  type ResolvedPath,
} from './edge-resolve.store.ts';

const PATIENCE_MS = 2000;
const MOST_TOLD = 200_000;

/** A live key, as an edge keeps it. */
export interface ToldKey {
  /** At which it was read. */
  epoch: number;
  kid: string;
  tenant: string;
  owner: string;
  /** 32 bytes, base64url. */
  key: string;
  /** URLs of this key that are revoked one by one and have not expired. */
  revokedSignatureIds: string[];
}

/** What stands behind a path, as an edge keeps it. */
export type ToldPath = Omit<ResolvedPath, 'edgeId'> & {
  /** At which it was read. */
  epoch: number;
};

/** Entries of what is there; what is absent is unknown or revoked, nobody is told which. */
export interface Resolved {
  keys: ToldKey[];
  paths: ToldPath[];
}

interface Found {
  epoch: number;
  key?: ResolvedKey;
  paths?: ToldPath[];
}

/** Tells edges keys and paths, those of their tenants: read from the database, never from this server's caches. */
export class EdgeResolver {
  readonly #lease: Pick<Lease, 'applied' | 'holds' | 'refusal'>;
  readonly #keys: Pick<KeyRing, 'derive'>;
  readonly #door: EdgeDoor;
  /** Of which it is known that they are written down. */
  readonly #told = new LRUCache<string, true>({ max: MOST_TOLD });
  readonly #lookup: (question: string) => Promise<Found | undefined>;

  /** @param db acts as `holder` */
  constructor(
    db: Database,
    lease: Pick<Lease, 'applied' | 'holds' | 'refusal'>,
    keys: Pick<KeyRing, 'derive'>,
    door: EdgeDoor,
  ) {
    this.#lease = lease;
    this.#keys = keys;
    this.#door = door;
    // One query for all edges and items of five milliseconds.
    this.#lookup = batchedLookup((names) => this.#ask(db, names));
  }

  /**
   * @param kids each of the form of one
   * @param paths canonical
   * @throws what the lease refuses with, or a 401 when the credential does not open any more
   */
  async resolve(
    { edge }: EdgePrincipal,
    { kids, paths }: { kids: readonly string[]; paths: readonly string[] },
  ): Promise<Resolved> {
    if (!this.#lease.holds()) throw this.#lease.refusal;
    const ask = (kind: string, name: string): Promise<Found | undefined> =>
      this.#lookup([edge.id, edge.hash.toString('base64url'), kind, name].join('\n'));
    const [admitted, ...found] = await Promise.all([
      ask('edge', ''),
      ...kids.map((kid) => ask('kid', kid)),
      ...paths.map((path) => ask('path', path)),
    ]);
    if (!admitted) {
      this.#door.forget(edge.id);
      throw closed();
    }
    const told: Resolved = { keys: [], paths: [] };
    for (const one of found) {
      if (one?.key) told.keys.push(...this.#toKey(one.key, one.epoch));
      for (const path of one?.paths ?? []) told.paths.push(path);
    }
    return told;
  }

  #toKey({ salt, ...row }: ResolvedKey, epoch: number): ToldKey[] {
    const owned = this.#keys.derive({ ...row, salt: Buffer.from(salt, 'hex') });
    if (!owned) return [];
    const { kid, tenantId: tenant, ownerId: owner } = owned;
    const key = owned.key.export().toString('base64url');
    return [{ epoch, kid, tenant, owner, key, revokedSignatureIds: [...owned.revoked] }];
  }

  async #ask(db: Database, names: string[]): Promise<Map<string, Found>> {
    const questions = names.map((name) => {
      const [edgeId = '', hash = '', kind, item = ''] = name.split('\n');
      return { edgeId, hash: Buffer.from(hash, 'base64url'), kind, name: item } as EdgeQuestion;
    });
    const before = this.#lease.applied;
    return withConnection(db, PATIENCE_MS, async (connection) => {
      const { epoch, edges, keys, paths } = await resolveForEdges(connection, questions);
      requireNotBehind([{ epoch }], before);
      const open = new Set(edges);
      const fresh = keys.filter((key) => !this.#told.has(toldName(key)));
      if (fresh.length > 0) {
        // Before they are told, so that nobody has to guess afterwards what an edge knew.
        const live = new Set(await recordToldKeys(connection, fresh));
        for (const key of fresh) {
          if (live.has(key.edgeId)) this.#told.set(toldName(key), true);
          else open.delete(key.edgeId);
        }
      }
      const keyOf = new Map(keys.map((key) => [toldName(key), key]));
      const pathsOf = new Map<string, ToldPath[]>();
      for (const { edgeId, ...path } of paths) {
        const name = `${edgeId} ${path.path}`;
        pathsOf.set(name, [...(pathsOf.get(name) ?? []), { epoch, ...path }]);
      }
      const answers = new Map<string, Found>();
      questions.forEach(({ edgeId, kind, name }, index) => {
        if (!open.has(edgeId)) return;
        const found: Found = { epoch };
        const key = kind === 'kid' ? keyOf.get(`${edgeId} ${name}`) : undefined;
        if (key) found.key = key;
        const at = kind === 'path' ? pathsOf.get(`${edgeId} ${name}`) : undefined;
        if (at) found.paths = at;
        answers.set(names[index] ?? '', found);
      });
      return answers;
    });
  }
}

const toldName = ({ edgeId, kid }: Pick<ResolvedKey, 'edgeId' | 'kid'>): string => `${edgeId} ${kid}`;
