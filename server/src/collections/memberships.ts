import type { Principal } from '../identity/principal.ts';
import { batchedLookup } from '../platform/batched-lookup.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { whichAreIn, type MembershipQuestion } from './memberships.store.ts';

/** How long a request may wait, milliseconds. */
const LOOKUP_MS = 2000;

/**
 * Whether somebody is in a collection, as signing asks. Nothing is remembered: who is removed signs nothing more from that
 * moment on. All that is asked within a millisecond is one query.
 */
export class Memberships {
  readonly #ask: (question: string) => Promise<true | undefined>;

  /** @param db acts as `holder` */
  constructor(db: Database) {
    const ask = async (questions: string[]): Promise<Map<string, true>> => {
      const asked = questions.map((question) => JSON.parse(question) as MembershipQuestion);
      const yes = await withConnection(db, LOOKUP_MS, (connection) => whichAreIn(connection, asked));
      return new Map([...yes].map((index) => [questions[index] ?? '', true]));
    };
    this.#ask = batchedLookup(ask, 1);
  }

  /** @param collectionId null or undefined: of what is in none, or is not there; it takes as long as a no */
  async isIn(
    { tenantId, id, roles }: Pick<Principal, 'tenantId' | 'id' | 'roles'>,
    collectionId: string | null | undefined,
  ): Promise<boolean> {
    const question: MembershipQuestion = { tenantId, collectionId: collectionId ?? '', person: id, roles };
    return (await this.#ask(JSON.stringify(question))) ?? false;
  }
}
