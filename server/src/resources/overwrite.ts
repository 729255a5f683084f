import type { Readable } from 'node:stream';
import type { Settling } from '../leases/receipts.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import { replaceBytes } from './change.store.ts';
import { receiveBytes, refuseWrongKind, type Reception } from './receive-bytes.ts';

/** Takes new bytes for resources that are there. */
export class Overwrites {
  readonly #changes: ResourceChanges;
  readonly #reception: Reception;

  constructor(changes: ResourceChanges, reception: Reception) {
    this.#changes = changes;
    this.#reception = reception;
  }

  /**
   * Stores the bytes, puts them in the place of the old ones, and ends the old URLs.
   *
   * @param contentType declared media type, without parameters
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, unsupported-type, content-mismatch, empty-upload, too-large
   */
  async overwrite(order: ResourceOrder, contentType: string, body: Readable): Promise<Settling> {
    // Before a byte is stored. The same is asked again when the row is locked.
    const { kind } = await this.#changes.requireOverwritable(order);
    refuseWrongKind(kind, contentType);
    const { tenantId } = order.principal;
    const arrival = { tenantId, kind, body, contentType, isReplacement: true };
    return receiveBytes(this.#reception, arrival, (stored) =>
      this.#changes.overwrite(order, stored.size, (connection, resource) =>
        replaceBytes(connection, resource, stored),
      ),
    );
  }
}
