import { LRUCache } from 'lru-cache';
import { invalidToken } from '../identity/tokens.ts';
import type { Principal } from '../identity/principal.ts';
import { batchedLookup } from '../platform/batched-lookup.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { CREDENTIAL_PREFIX, isOneOf, parseCredential, type PresentedCredential } from './edge-credential.ts';
import { findEdges, type EdgeRow } from './edge.store.ts';

const LOOKUP_MS = 2000;
const MOST_KNOWN = 10_000;

/** The calls of holders. A credential opens these two and nothing else. */
const HOLDER_CALLS: ReadonlySet<string> = new Set(['/edges/lease', '/edges/resolve']);

/** An edge that calls. */
export interface EdgePrincipal extends Principal {
  edge: { id: string; tenants: readonly string[]; hash: Buffer };
}

/**
 * Recognises edges. It looks no further than whether the secret was good a moment ago, so that a stranger costs
 * nobody's budget; whether it opens now is asked of the database, in the statement that reads what is told.
 */
export class EdgeDoor {
  readonly #known = new LRUCache<string, EdgeRow>({ max: MOST_KNOWN });
  readonly #find: (id: string) => Promise<EdgeRow | undefined>;

  /** @param db acts as `holder` */
  constructor(db: Database) {
    this.#find = batchedLookup(async (ids) => {
      const rows = await withConnection(db, LOOKUP_MS, (connection) => findEdges(connection, ids));
      return new Map(rows.map((row) => [row.id, row]));
    });
  }

  /**
   * @param token of the `Authorization` header
   * @param path of the call, below the prefix of the API
   * @returns undefined when it is not the credential of an edge
   * @throws invalidToken when it opens nothing, or not this call
   */
  admit(token: string, path: string): Promise<EdgePrincipal> | undefined {
    if (!token.startsWith(CREDENTIAL_PREFIX)) return undefined;
    if (!HOLDER_CALLS.has(path)) throw closed();
    const presented = parseCredential(token);
    if (!presented) throw closed();
    return this.#verify(presented);
  }

  /** Looks again next time: the database has refused the edge. */
  forget(edgeId: string): void {
    this.#known.delete(edgeId);
  }

  async #verify({ edgeId, hash }: PresentedCredential): Promise<EdgePrincipal> {
    let row = this.#known.get(edgeId);
    if (!row || !opens(row, hash)) {
      row = await this.#find(edgeId);
      if (!row || !opens(row, hash)) throw closed();
      this.#known.set(edgeId, row);
    }
    return {
      tenantId: row.tenantId,
      id: `edge:${edgeId}`,
      name: row.name,
      anonymous: false,
      kind: 'service',
      roles: [],
      permissions: new Set(['edge:serve']),
      edge: { id: edgeId, tenants: row.tenants, hash },
    };
  }
}

const opens = ({ secretHash, previousHash }: EdgeRow, hash: Buffer): boolean =>
  isOneOf(hash, [secretHash, previousHash]);

/** Unknown, revoked, rotated away, or for another call: which one is not told. */
export const closed = (): Error =>
  invalidToken(
    'The credential of an edge opens POST /edges/lease and POST /edges/resolve until it is revoked.',
  );
