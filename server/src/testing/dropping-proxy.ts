import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Between a client and its database. */
export interface DroppingProxy {
  /** The database's URL through this proxy. */
  url: string;
  /**
   * From now on: as soon as a client has sent something that contains `text`, the database's answer is waited for and
   * the connection is cut instead of passing it on. So the client cannot know whether it was done. `times` times.
   */
  dropAnswersTo(text: string, times: number): void;
  /** From now on no byte passes in either direction, and no connection is told: a partition. */
  swallow(): void;
  /** New connections pass again; those that were swallowed stay dead. */
  heal(): void;
  /** Answers dropped so far. */
  dropped(): number;
  close(): Promise<void>;
}

/** A TCP proxy that loses answers on demand. */
export async function droppingProxy(databaseUrl: string): Promise<DroppingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let text: string | undefined;
  let left = 0;
  let dropped = 0;
  let isSwallowing = false;

  const server = createServer((client) => {
    let isDead = false;
    const passes = (): boolean => (isDead ||= isSwallowing) === false;
    const database = connect(Number(target.port), target.hostname);
    let isDropping = false;
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        database.end();
      });
    }
    client.on('data', (bytes) => {
      if (!passes()) return;
      if (text !== undefined && left > 0 && bytes.includes(text)) {
        isDropping = true;
        left -= 1;
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!passes()) return;
      if (!isDropping) {
        client.write(bytes);
        return;
      }
      if (!client.destroyed) dropped += 1;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    dropAnswersTo: (marker, times) => {
      text = marker;
      left = times;
    },
    swallow: () => (isSwallowing = true),
    heal: () => (isSwallowing = false),
    dropped: () => dropped,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
