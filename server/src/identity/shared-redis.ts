import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A call waits no longer for Redis than this, and then counts by itself. */
const ANSWER_WITHIN_MS = 1000;
const CONNECT_WITHIN_MS = 1000;
const TRY_AGAIN_MS = 500;

/** The Redis that several servers count in. */
export interface SharedRedis {
  readonly client: Redis;
  /** It did not do what was asked. The first time is logged. */
  isAway(reason: unknown): void;
  /** It did. The first time after an absence is logged. */
  isBack(): void;
  close(): Promise<void>;
}

/**
 * Connects to Redis, and again and again while it is away. Nothing is queued meanwhile: what is asked fails at once.
 * Resolves when it is there, or when the first try has failed: a server starts without its Redis.
 *
 * @param url `redis://` or `rediss://`, with password and database number; never logged
 */
export async function sharedRedis(url: string, log: Logger): Promise<SharedRedis> {
  // Only here: a server that counts by itself loads none of it.
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    // A Redis that hangs is as good as gone: without this, each call would wait for it anew.
    socketTimeout: ANSWER_WITHIN_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => TRY_AGAIN_MS,
    disableClientInfo: true,
  });
  let away = false;
  let closing = false;
  const isAway = (reason: unknown): void => {
    if (away || closing) return;
    away = true;
    log.warn({ reason: wordsOf(reason) }, 'Redis is away: each server counts its limits by itself');
  };
  const isBack = (): void => {
    if (!away) return;
    away = false;
    log.info('Redis is back: limits are shared again');
  };
  client.on('error', isAway);
  client.on('close', () => isAway('connection closed'));
  client.on('ready', isBack);
  await new Promise<void>((resolve) => void client.once('ready', resolve).once('close', resolve));
  return {
    client,
    isAway,
    isBack,
    close: async () => {
      closing = true;
      await client.quit().catch(() => client.disconnect());
    },
  };
}

/** Errors of ioredis carry the command with its keys, which name people. */
function wordsOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code } = reason as NodeJS.ErrnoException;
  return code ?? reason.message;
}
