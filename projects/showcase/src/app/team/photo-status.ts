import type { ResourceState } from '@countersign/angular';
import type { UrlFailure } from './shown-photos.ts';

/** How a photo stands, for its card. */
export type PhotoStatus =
  | { is: 'asked' }
  | { is: 'direct' }
  | { is: 'signed'; until: Date }
  /** The server said no; `code` names why, e.g. `owner-revoked`, where signing was refused as well. */
  | { is: 'refused'; code: string | undefined }
  /** The URL answers, but not with a picture. */
  | { is: 'broken' }
  /** No answer, or a server that cannot say. */
  | { is: 'unreachable' };

/**
 * @param state what the library knows of the photo's URL
 * @param failure what is wrong with the URL shown, if anything is
 */
export function photoStatus(state: ResourceState, failure: UrlFailure | undefined): PhotoStatus {
  const { status, expiresAt, error } = state;
  if (failure === 'refused') return { is: 'refused', code: error?.code };
  if (failure) return { is: failure };
  if (status === 'failed' || status === 'fallback') {
    const refused = error && error.status >= 400 && error.status < 500 && error.status !== 429;
    return refused ? { is: 'refused', code: error.code } : { is: 'unreachable' };
  }
  if (status === 'loading') return { is: 'asked' };
  return expiresAt ? { is: 'signed', until: expiresAt } : { is: 'direct' };
}
