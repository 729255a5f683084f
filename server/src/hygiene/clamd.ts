import { connect, type Socket } from 'node:net';
import type { ExaminedBytes, Quarantined } from './examination.ts';
import type { Scanner } from './scanner.ts';

/** No answer and no progress for so long, milliseconds: it is taken for one that does not answer. */
const SILENT_MS = 60_000;
const MOST_ANSWER_BYTES = 4096;
const MOST_VERSION = 200;
/** Scans at once; others wait. clamd has ten threads by default. */
const MOST_AT_ONCE = 4;

const HUNG_UP = /^(EPIPE|ECONNRESET)$/;

/** Where clamd listens. */
export type ClamdAddress = { path: string } | { host: string; port: number };

/**
 * @param setting `host`, `host:port` (3310 by default), `[IPv6]:port`, or the path of a unix socket
 * @returns undefined when it is none of these
 */
export function clamdAddress(setting: string): ClamdAddress | undefined {
  if (setting.startsWith('/')) return { path: setting };
  const [, bracketed, plain, port = '3310'] =
    /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(setting) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) > 65_535 || Number(port) === 0
    ? undefined
    : { host, port: Number(port) };
}

/** Has stored bytes looked at by clamd (its command INSTREAM), piece by piece. Whatever is not "OK" is not clean. */
export class Clamd implements Scanner {
  readonly #address: ClamdAddress;
  readonly #silentMs: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(address: ClamdAddress, silentMs = SILENT_MS) {
    this.#address = address;
    this.#silentMs = silentMs;
  }

  async scan(bytes: ExaminedBytes): Promise<Quarantined | undefined> {
    await this.#turn();
    try {
      return await this.#verdict(bytes);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async signatures(): Promise<string | undefined> {
    const socket = connect(this.#address);
    try {
      const [answer] = await Promise.all([
        answerOf(socket, this.#silentMs),
        write(socket, Buffer.from('zVERSION\0')),
      ]);
      // `ClamAV 1.0.7/27455/Wed Nov 25 08:32:11 2026`
      return answer.slice(0, MOST_VERSION);
    } catch {
      return undefined;
    } finally {
      socket.destroy();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= MOST_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }

  async #verdict(bytes: ExaminedBytes): Promise<Quarantined | undefined> {
    const socket = connect(this.#address);
    const unread: unknown[] = [];
    const sent = send(socket, bytes).catch((error: unknown) => {
      unread.push(error);
      socket.destroy();
    });
    try {
      // It answers and hangs up in the middle when there is more than it takes: the answer counts, not the broken pipe.
      const verdict = verdictOf(await answerOf(socket, this.#silentMs));
      if (verdict) return verdict;
    } catch (error) {
      if (unread.length === 0) return notScanned(noAnswer((error as Error).message));
    } finally {
      socket.destroy();
      await sent;
    }
    if (unread.length > 0) throw unread[0];
    return undefined;
  }
}

/** @throws what the bytes fail with, and nothing of the socket */
async function send(socket: Socket, bytes: ExaminedBytes): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const chunk of await bytes.open()) {
    const part = chunk as Buffer;
    if (part.length === 0) continue;
    if (socket.destroyed || socket.readableEnded) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    await write(socket, Buffer.concat([length, part]));
  }
  await write(socket, Buffer.alloc(4));
}

/** Resolves when there is room again, or nobody listens any more. */
function write(socket: Socket, part: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('close', done);
      resolve();
    };
    socket.once('close', done);
    if (socket.destroyed) done();
    else socket.write(part, done);
  });
}

function answerOf(socket: Socket, silentMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const end = (): void => {
      if (answer.includes('\0')) resolve(answer.slice(0, answer.indexOf('\0')));
      else reject(new Error('it closed the connection'));
    };
    socket.setTimeout(silentMs, () => socket.destroy(new Error(`silent for ${silentMs} ms`)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.includes('\0') || answer.length > MOST_ANSWER_BYTES) end();
    });
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (answer.includes('\0')) end();
      else reject(new Error(error.code ?? error.message));
    });
  });
}

/** Its answer is lost when it hangs up while more is being sent, which it does at its limit. */
function noAnswer(cause: string): string {
  return HUNG_UP.test(cause)
    ? 'The virus scanner hung up in the middle: the file may be larger than it takes (StreamMaxLength of clamd).'
    : `The virus scanner (CLAMD_HOST) did not answer: ${cause}.`;
}

function verdictOf(answer: string): Quarantined | undefined {
  if (answer === 'stream: OK') return undefined;
  const found = /^stream: ([\w.:/()-]{1,200}) FOUND$/.exec(answer)?.[1];
  if (found !== undefined) {
    return { verdict: 'quarantined', code: 'infected', reason: `The virus scanner found ${found}.` };
  }
  return /size limit exceeded/i.test(answer)
    ? {
        ...notScanned('It is larger than the virus scanner takes (StreamMaxLength of clamd).'),
        isLasting: true,
      }
    : notScanned('The virus scanner could not look at it.');
}

function notScanned(reason: string): Quarantined {
  return { verdict: 'quarantined', code: 'not-scanned', reason };
}
