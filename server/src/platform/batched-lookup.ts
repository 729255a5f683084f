/**
 * Turns many single questions into one per few milliseconds, so that a flood of unknown keys costs a bounded number
 * of queries.
 *
 * @param ask answers many keys at once; keys without an entry have no value
 * @param waitMs how long a question waits for company
 * @param most keys in one question; the rest go into the next
 */
export function batchedLookup<V>(
  ask: (keys: string[]) => Promise<Map<string, V>>,
  waitMs = 5,
  most = 1000,
): (key: string) => Promise<V | undefined> {
  interface Waiter {
    resolve: (value: V | undefined) => void;
    reject: (error: unknown) => void;
  }
  let waiting = new Map<string, Waiter[]>();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    const batch = [...waiting].slice(0, most);
    waiting = new Map([...waiting].slice(most));
    timer = waiting.size > 0 ? setTimeout(flush, waitMs) : undefined;
    ask(batch.map(([key]) => key)).then(
      (found) => batch.forEach(([key, waiters]) => waiters.forEach(({ resolve }) => resolve(found.get(key)))),
      (error: unknown) => batch.forEach(([, waiters]) => waiters.forEach(({ reject }) => reject(error))),
    );
  };

  return (key) =>
    new Promise((resolve, reject) => {
      const waiters = waiting.get(key);
      if (waiters) waiters.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
      timer ??= setTimeout(flush, waitMs);
    });
}
