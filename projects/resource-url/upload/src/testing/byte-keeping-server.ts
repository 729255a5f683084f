import { Observable, type Subscriber } from 'rxjs';
import { ResourceUploadError } from '../resource-upload-error.ts';
import type { UploadEvent, UploadSession, UploadSource, UploadTransport } from '../upload-transport.ts';
import { readUploadedResource, type UploadedResource } from '../uploaded-resource.ts';
import { storedAnswer } from './files.ts';

/** What the server has of one file, and who is sending it. */
interface Received {
  offset: number;
  readonly total: number;
  sender: Subscriber<UploadEvent> | undefined;
}

/** A server that keeps what it has of a file, as tus has it: create, ask for the offset, send on from there, delete. */
export class ByteKeepingServer implements UploadTransport {
  /** What was asked of it, in order. */
  readonly log: string[] = [];
  readonly #files = new Map<string, Received>();

  open({ file, name }: UploadSource): UploadSession {
    return {
      resumable: true,
      send: () =>
        new Observable<UploadEvent>((sender) => {
          const known = this.#files.get(name);
          const received = known ?? { offset: 0, total: file.size, sender: undefined };
          this.#files.set(name, received);
          this.log.push(known ? `HEAD ${name}` : `POST ${name}`, `PATCH ${name} from ${received.offset}`);
          received.sender = sender;
          sender.next({ sent: received.offset });
          return () => (received.sender = undefined);
        }),
      discard: () => {
        this.log.push(`DELETE ${name}`);
        this.#files.delete(name);
      },
    };
  }

  /** Takes so many more bytes of a file, and answers when it has all of them. */
  receive(name: string, bytes: number): void {
    const received = this.#files.get(name);
    const sender = received?.sender;
    if (!sender) throw new Error(`nobody sends ${name}`);
    received.offset = Math.min(received.offset + bytes, received.total);
    sender.next({ sent: received.offset });
    if (received.offset === received.total) {
      const resource = readUploadedResource(storedAnswer(name, received.total)) as UploadedResource;
      sender.next({ resource });
      sender.complete();
    }
  }

  /** Breaks the line over which a file is being sent. */
  breakLine(name: string): void {
    this.#files.get(name)?.sender?.error(new ResourceUploadError('network', 'The line broke.'));
  }

  /** Loses the last bytes that it has of a file. */
  forget(name: string, bytes: number): void {
    const received = this.#files.get(name);
    if (received) received.offset -= bytes;
  }
}
