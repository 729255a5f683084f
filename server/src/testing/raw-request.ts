import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Sends bytes that no client library would send.
 *
 * @param origin of a server on loopback
 * @param bytes a whole request, or several; each character is one byte
 * @returns everything that came back until the server closed the connection
 */
export async function rawRequest(origin: string, bytes: string): Promise<string> {
  const socket = createConnection(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.setEncoding('latin1');
  // A server that has seen enough may close before everything is sent.
  socket.on('error', () => undefined);
  socket.write(Buffer.from(bytes, 'latin1'));
  return text(socket);
}

/** @returns the status codes of the answers in what `rawRequest` returned, in their order */
export const statusesOf = (answers: string): number[] =>
  [...answers.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
