import { Problem } from './problem.ts';

/** 503 `storage-unavailable`: where the bytes are kept is away, too slow, or refuses this server. Its log says which. */
export const storageUnavailable = (): Problem =>
  new Problem(
    503,
    'storage-unavailable',
    'The store of the bytes does not answer',
    'What you asked for may or may not have been done. Try again shortly.',
    { 'Retry-After': '2' },
  );

/** The store is away, too slow, or refuses this server. The message holds no address, no name of an object, no secret. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';

  /**
   * @param operation e.g. `GetObject`
   * @param reason a code, e.g. `ECONNREFUSED` or `AccessDenied`
   */
  constructor(operation: string, reason: string) {
    super(`the store failed: ${operation}: ${reason}`);
  }
}
