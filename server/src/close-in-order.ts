import type { Logger } from 'pino';
import { described } from './platform/problem-handler.ts';

/** Something that was started. */
export interface Closable {
  close(): Promise<void> | void;
}

/**
 * @param parts in the order in which they end
 * @returns what ends them, once however often it is called; whatever fails to end, the rest ends too
 */
export function closeInOrder(parts: readonly Closable[], log: Logger): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    for (const part of parts) {
      try {
        await part.close();
      } catch (error) {
        log.error(described(error), 'something did not close properly');
      }
    }
  };
  return () => (closing ??= end());
}
