import type { ResourceState } from '@countersign/angular';

/** How a photo stands, for its card. */
export type PhotoStatus =
  | { is: 'asked' }
  | { is: 'direct' }
  | { is: 'signed'; until: Date }
  /** The server said no; `code` names why, e.g. `owner-revoked`. */
  | { is: 'refused'; code: string }
  /** There was a URL, and it does not load. */
  | { is: 'broken' }
  /** No answer, or a server that cannot say. */
  | { is: 'unreachable' };

/**
 * @param state what the library knows of the photo's URL
 * @param dead whether the URL shown has failed to load
 */
export function photoStatus(state: ResourceState, dead: boolean): PhotoStatus {
  if (state.error && (dead || state.status === 'failed')) {
    const { status, code } = state.error;
    const answered = status >= 400 && status < 500 && status !== 429;
    return answered ? { is: 'refused', code } : { is: 'unreachable' };
  }
  if (dead) return { is: 'broken' };
  if (state.status === 'loading') return { is: 'asked' };
  return state.expiresAt ? { is: 'signed', until: state.expiresAt } : { is: 'direct' };
}
