import type { Owner, Receipt, Reinstatement } from '../api/owner.ts';
import type { Recheck } from '../team/shown-photos.ts';

/** What the last change to a key came to, and what asking again from this page found. */
export type KeyChange =
  | { change: 'revoked'; owner: Owner; receipt: Receipt; recheck?: Recheck }
  | { change: 'reinstated'; owner: Owner; reinstatement: Reinstatement; recheck?: Recheck };
