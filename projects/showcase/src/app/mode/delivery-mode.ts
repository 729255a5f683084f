import { InjectionToken } from '@angular/core';

/** How photo URLs come about: as direct asset paths, or signed. */
export type DeliveryMode = 'development' | 'production';

/** The mode this page was loaded in. Only explanations ask for it: photos never do. */
export const DELIVERY_MODE = new InjectionToken<DeliveryMode>('DELIVERY_MODE');

/**
 * @param query of the page's address, e.g. `?mode=development`
 * @returns `production` unless development is asked for
 */
export function deliveryModeOf(query: string): DeliveryMode {
  return new URLSearchParams(query).get('mode') === 'development' ? 'development' : 'production';
}

/** @returns `address` with its mode replaced; everything else in it stays */
export function addressInMode(address: string, mode: DeliveryMode): string {
  const url = new URL(address);
  url.searchParams.set('mode', mode);
  return url.href;
}
