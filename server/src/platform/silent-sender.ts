import type { IncomingMessage } from 'node:http';

/** Without a byte for so long, a body does not come any more. */
const SILENT_MS = 60_000;

/**
 * Breaks off a request whose body is waited for and does not come: until then it holds a connection, and what has arrived.
 * It is read as from a client that has left. While its reader is slower than the line, nobody waits for the sender.
 *
 * @param silentMs without a byte for so long, give or take a sixth
 */
export function endWhenSilent(request: IncomingMessage, silentMs = SILENT_MS): void {
  let seen = request.socket.bytesRead;
  let since = performance.now();
  const look = (): void => {
    const { bytesRead } = request.socket;
    if (request.complete) clearInterval(timer);
    else if (bytesRead !== seen || request.readableLength > 0) {
      seen = bytesRead;
      since = performance.now();
    } else if (performance.now() - since >= silentMs) request.destroy();
  };
  const timer = setInterval(look, silentMs / 6).unref();
  request.once('close', () => clearInterval(timer));
}
