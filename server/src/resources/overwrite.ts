import type { Readable } from 'node:stream';
import type { Settling } from '../leases/receipts.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import { replaceBytes } from './change.store.ts';
import type { Quotas } from './quotas.ts';
import { receiveBytes, refuseWrongKind, type Reception } from './receive-bytes.ts';

/** Takes new bytes for resources that are there. */
export class Overwrites {
  readonly #changes: ResourceChanges;
  readonly #reception: Reception;
  readonly #quotas: Quotas;

  constructor(changes: ResourceChanges, reception: Reception, quotas: Quotas) {
    this.#changes = changes;
    this.#reception = reception;
    this.#quotas = quotas;
  }

  /**
   * Stores the bytes, puts them in the place of the old ones, and ends the old URLs.
   *
   * @param contentType declared media type, without parameters
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, unsupported-type, content-mismatch, empty-upload, too-large,
   *   quota-exceeded
   */
  async overwrite(order: ResourceOrder, contentType: string, body: Readable): Promise<Settling> {
    // Before a byte is stored. The same is asked again when the row is locked.
    const { kind } = await this.#changes.requireOverwritable(order);
    refuseWrongKind(kind, contentType);
    const { tenantId } = order.principal;
    const arrival = { tenantId, kind, body, contentType, isReplacement: true };
    return receiveBytes(this.#reception, arrival, (stored) =>
      this.#changes.overwrite(order, stored.size, async (connection, resource) => {
        const growth = { resources: 0, bytes: stored.size - (resource.size ?? 0) } as const;
        await this.#quotas.require(connection, resource, growth);
        await replaceBytes(connection, resource, stored);
      }),
    );
  }
}
