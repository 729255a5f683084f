import { InjectionToken, type Provider } from '@angular/core';
import type { Clock } from './core/clock.ts';
import type { SignTransport } from './core/sign-transport.ts';

declare const ngDevMode: boolean | undefined;

/** Something that is absent from an application unless it is named: an argument of `provideResourceUrls` after the configuration. */
export interface ResourceUrlFeature {
  /** @internal */
  readonly ɵproviders: readonly Provider[];
}

/**
 * Stands around the transport. Made once, in an injection context.
 *
 * @param transport what to ask in the end
 * @param clear forgets every URL and drops requests under way
 * @param beforeUse takes what is to be called each time before a URL at hand may be handed out
 * @param clock the server's time
 */
export type TransportWrapper = (
  transport: SignTransport,
  clear: () => void,
  beforeUse: (() => void)[],
  clock: Clock,
) => SignTransport;

/** What features put around the transport, the last outermost. */
export const RESOURCE_URL_WRAPPERS = new InjectionToken<readonly TransportWrapper[]>(
  typeof ngDevMode === 'undefined' || ngDevMode ? 'ResourceUrlWrappers' : '',
  {
    factory: () => [],
  },
);
