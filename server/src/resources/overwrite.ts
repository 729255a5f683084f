import type { Readable } from 'node:stream';
import type { Settling } from '../leases/receipts.ts';
import type { ResourceChanges, ResourceOrder } from './change-resource.ts';
import { replaceKeeping } from './keep-version.ts';
import type { Quotas } from './quotas.ts';
import { receiveBytes, refuseWrongKind, type Reception } from './receive-bytes.ts';

/** Takes new bytes for resources that are there. */
export class Overwrites {
  readonly #changes: ResourceChanges;
  readonly #reception: Reception;
  readonly #quotas: Quotas;
  readonly #versions: number;

  /** @param versions of one resource that are kept */
  constructor(changes: ResourceChanges, reception: Reception, quotas: Quotas, versions: number) {
    this.#changes = changes;
    this.#reception = reception;
    this.#quotas = quotas;
    this.#versions = versions;
  }

  /**
   * Stores the bytes, puts them in the place of the old ones, and ends the old URLs.
   *
   * @param contentType declared media type, without parameters
   * @throws Problem not-found, forbidden, owner-revoked, owner-erasing, unsupported-type, content-mismatch, empty-upload, too-large,
   *   quota-exceeded, changed-meanwhile
   */
  async overwrite(order: ResourceOrder, contentType: string, body: Readable): Promise<Settling> {
    // Before a byte is stored. The same is asked again when the row is locked.
    const { kind } = await this.#changes.requireOverwritable(order);
    refuseWrongKind(kind, contentType);
    const { tenantId, id: sender } = order.principal;
    const arrival = { tenantId, sender, kind, body, contentType, isReplacement: true };
    return receiveBytes(this.#reception, arrival, (stored) =>
      this.#changes.overwrite(order, stored.size, (connection, resource) =>
        replaceKeeping(
          connection,
          resource,
          { ...stored, uploadedBy: order.principal.id },
          {
            most: this.#versions,
            require: (growth) => this.#quotas.require(connection, resource, growth),
          },
        ),
      ),
    );
  }
}
