import type { NumberedChange } from '../leases/change.ts';

/** A response under way that a change may have to cut. */
export interface OpenStream {
  kid: string;
  tenantId: string;
  path: string;
  /** Ends the response at once, without a proper end: the receiver must see that it is incomplete. */
  cut(): void;
}

/** Responses under way, so that a revocation also ends what it finds open. */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();

  /** @returns a function to call when the response has ended */
  add(stream: OpenStream): () => void {
    this.#open.add(stream);
    return () => this.#open.delete(stream);
  }

  /** Cuts every response that the change forbids. */
  apply(change: Pick<NumberedChange, 'tenantId' | 'kids' | 'paths'>): void {
    if (this.#open.size === 0) return;
    const kids = new Set(change.kids);
    const paths = new Set(change.paths);
    for (const stream of this.#open) {
      if (kids.has(stream.kid) || (stream.tenantId === change.tenantId && paths.has(stream.path)))
        stream.cut();
    }
  }

  /** Cuts everything: the server stops. */
  cutAll(): void {
    for (const stream of this.#open) stream.cut();
  }
}
