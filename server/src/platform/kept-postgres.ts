import { startLocalPostgres, type LocalPostgres, type LocalPostgresOptions } from './local-postgres.ts';

const LOOK_EVERY_MS = 250;
const TRY_AGAIN_MS = 2000;

/** A local PostgreSQL that is started again whenever it has ended without being told to. */
export interface KeptPostgres {
  /** Connection URL: a secret. The same after a restart. */
  url: string;
  /** Ends the server and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts a local PostgreSQL and looks after it: who runs a server without a database administrator should not need
 * one because a process was killed.
 *
 * @throws StartError when the first start fails; later ones are logged and tried again
 */
export async function keepLocalPostgres(options: LocalPostgresOptions): Promise<KeptPostgres> {
  const { log } = options;
  let postgres: LocalPostgres = await startLocalPostgres(options);
  const { url } = postgres;
  let isStopping = false;
  let timer: NodeJS.Timeout;
  let starting: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    if (postgres.isAlive()) return;
    log.error('PostgreSQL has ended without being told to, and is started again');
    const next = await startLocalPostgres(options);
    postgres = next;
    if (next.url === url) return;
    // Everybody else holds the old address. Its port may be free again by the next try.
    await next.stop();
    throw new Error('its port was taken meanwhile');
  };

  const lookAgain = (waitMs: number): void => {
    timer = setTimeout(() => {
      starting = look()
        .then(
          () => LOOK_EVERY_MS,
          (error: unknown) => {
            log.error(`PostgreSQL could not be started again: ${(error as Error).message}`);
            return TRY_AGAIN_MS;
          },
        )
        .then((nextMs) => {
          if (!isStopping) lookAgain(nextMs);
        });
    }, waitMs);
    timer.unref();
  };
  lookAgain(LOOK_EVERY_MS);

  return {
    url,
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      await starting;
      await postgres.stop();
    },
  };
}
