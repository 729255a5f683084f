import pg from 'pg';
import type { Connection, Database } from './database.ts';

/** The time was over before the database answered. What was asked may or may not have been done. */
export class DeadlinePassed extends Error {
  constructor() {
    super('the database did not answer in time');
    this.name = 'DeadlinePassed';
  }
}

/**
 * Runs `work` on one connection of the pool, for at most `milliseconds`, waiting for the connection included.
 * A connection that broke, or that was still at work at the deadline, is closed rather than returned.
 *
 * @throws DeadlinePassed, or what `work` threw
 */
export function withConnection<T>(
  database: Database,
  milliseconds: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let held: Connection | undefined;
  let late = false;
  const giveBack = (error?: Error): void => {
    const connection = held;
    held = undefined;
    connection?.release(error);
    if (!error) connection?.off('error', ignore);
  };
  const run = async (): Promise<T> => {
    const connection = await database.connect();
    held = connection;
    // Unlistened, the loss of a connection would end the process; its statement is told anyway.
    connection.on('error', ignore);
    if (late) {
      giveBack();
      throw new DeadlinePassed();
    }
    try {
      const result = await work(connection);
      giveBack();
      return result;
    } catch (error) {
      giveBack(isHarmless(error) ? undefined : asError(error));
      throw error;
    }
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late = true;
      const passed = new DeadlinePassed();
      giveBack(passed);
      reject(passed);
    }, milliseconds);
    run()
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}

const ignore = (): void => undefined;

/** The statement failed, the session goes on. */
const isHarmless = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity === 'ERROR';

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('unknown failure'));
