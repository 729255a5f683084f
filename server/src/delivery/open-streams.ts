import type { NumberedChange } from '../leases/change.ts';

/** A response under way that a change may have to cut. */
export interface OpenStream {
  kid: string;
  signatureId: string;
  tenantId: string;
  path: string;
  /** Ends the response at once, without a proper end: the receiver must see that it is incomplete. */
  cut(): void;
}

const LOOK_EVERY_MS = 250;

/** Responses under way, so that a revocation, and the end of the lease, also end what they find open. */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();
  readonly #mayServe: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param mayServe whether the lease is held; asked a few times a second while anything is open */
  constructor(mayServe: () => boolean) {
    this.#mayServe = mayServe;
  }

  /** @returns a function to call when the response has ended */
  add(stream: OpenStream): () => void {
    this.#open.add(stream);
    // A stream whose reader has stalled passes no bytes that could be checked.
    this.#timer ??= setInterval(() => {
      if (!this.#mayServe()) this.cutAll();
    }, LOOK_EVERY_MS);
    return () => {
      this.#open.delete(stream);
      if (this.#open.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Cuts every response that the change forbids. */
  apply(change: Pick<NumberedChange, 'tenantId' | 'kids' | 'paths' | 'signatureIds' | 'prefixes'>): void {
    if (this.#open.size === 0) return;
    const { tenantId, prefixes } = change;
    const signatureIds = new Set(change.signatureIds);
    const kids = new Set(change.kids);
    const paths = new Set(change.paths);
    const forbids = ({ kid, signatureId, tenantId: whose, path }: OpenStream): boolean =>
      (signatureIds.size > 0 ? signatureIds.has(signatureId) : kids.has(kid)) ||
      (whose === tenantId && (paths.has(path) || prefixes.some((prefix) => path.startsWith(prefix))));
    for (const stream of this.#open) if (forbids(stream)) stream.cut();
  }

  /** Cuts everything: the lease is over, or the server stops. */
  cutAll(): void {
    for (const stream of this.#open) stream.cut();
  }
}
