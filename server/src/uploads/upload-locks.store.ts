import type { Connection, Database } from '../platform/database.ts';

const CHANNEL = 'countersign_upload_wanted';
/** What a message says after the id when nobody may write any more. */
const ENDED = 'ended';
const STILL_THERE_EVERY_MS = 2000;
const ANSWER_WITHIN_MS = 4000;
/** A machine that has vanished keeps its locks for some ten seconds, not for the hours that TCP would wait. */
const KEEPALIVE = `SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3`;

/** Told whoever has a lock: somebody waits for it, or nobody may write any more. */
export type OnWanted = (hasEnded: boolean) => void;

/** Advisory locks of one connection: they end with it, and with the process that has it, however that ends. */
export class LockSession {
  /** Aborted when its locks may be somebody else's. */
  readonly lost = new AbortController();
  readonly #held = new Map<string, OnWanted>();
  readonly #connection: Connection;
  readonly #onLost: (reason: string) => void;
  readonly #timer: NodeJS.Timeout;

  private constructor(connection: Connection, onLost: (reason: string) => void) {
    this.#connection = connection;
    this.#onLost = onLost;
    connection.on('error', (error) => this.#lose(error.message));
    connection.on('end', () => this.#lose('the connection was closed'));
    connection.on('notification', ({ payload = '' }) => {
      const [id = '', why] = payload.split(' ');
      this.#held.get(id)?.(why === ENDED);
    });
    this.#timer = setInterval(() => void this.#look(), STILL_THERE_EVERY_MS).unref();
  }

  /** @param onLost told once, when its locks may be somebody else's */
  static async open(db: Database, onLost: (reason: string) => void): Promise<LockSession> {
    const connection = await db.connect();
    const session = new LockSession(connection, onLost);
    try {
      await session.#ask(`${KEEPALIVE}; LISTEN ${CHANNEL}`);
      return session;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  /**
   * @param onWanted told when somebody else waits for it
   * @param asking whether who has it is told that it is wanted, or that nobody may write any more
   * @returns whether it is ours now
   */
  async take(id: string, onWanted: OnWanted, asking: 'no' | 'wanted' | 'ended'): Promise<boolean> {
    const ours = this.#held.get(id);
    if (ours) {
      if (asking !== 'no') ours(asking === 'ended');
      return false;
    }
    // Advisory locks do not keep a session from itself.
    this.#held.set(id, () => undefined);
    try {
      const { rows } = await this.#ask('SELECT pg_try_advisory_lock($1) AS got', [keyOf(id)]);
      if (rows[0]?.['got'] === true) {
        this.#held.set(id, onWanted);
        return true;
      }
    } catch (error) {
      this.#held.delete(id);
      throw error;
    }
    this.#held.delete(id);
    if (asking !== 'no') await this.#tell(id, asking === 'ended');
    return false;
  }

  /** Tells whoever has the lock, at any server. */
  async #tell(id: string, hasEnded: boolean): Promise<void> {
    await this.#ask('SELECT pg_notify($1, $2)', [CHANNEL, hasEnded ? `${id} ${ENDED}` : id]);
  }

  async release(id: string): Promise<void> {
    if (this.lost.signal.aborted) return;
    await this.#ask('SELECT pg_advisory_unlock($1)', [keyOf(id)]).catch(() => undefined);
    this.#held.delete(id);
  }

  /** Gives all locks back. */
  end(): void {
    this.#lose('closed');
  }

  #ask(text: string, values?: unknown[]) {
    return this.#connection.query<Record<string, unknown>>(text, values).catch((error: Error) => {
      // Nobody knows what it has done.
      this.#lose(error.message);
      throw error;
    });
  }

  async #look(): Promise<void> {
    const late = setTimeout(() => this.#lose('the database does not answer'), ANSWER_WITHIN_MS);
    await this.#ask('SELECT').catch(() => undefined);
    clearTimeout(late);
  }

  #lose(reason: string): void {
    if (this.lost.signal.aborted) return;
    clearInterval(this.#timer);
    this.lost.abort();
    this.#connection.release(true);
    this.#onLost(reason);
  }
}

/** The first half of its random bits. */
function keyOf(id: string): string {
  return Buffer.from(id, 'base64url').readBigInt64BE().toString();
}
