import type { ResourceState } from './resource-state.ts';

/** Two states that tell the same, so that nothing is rendered again for them. */
export function sameState(a: ResourceState, b: ResourceState): boolean {
  return a.status === b.status && a.expiresAt?.getTime() === b.expiresAt?.getTime() && a.error === b.error;
}
