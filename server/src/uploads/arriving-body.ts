import type { IncomingMessage } from 'node:http';

/** So much of a body is held when whoever takes it is slower than the line. */
const HELD_BYTES = 256 * 1024;
/** So much of a body that nobody wants is read, so that its sender sees the answer. */
const MOST_DISCARDED = 64 * 1024 * 1024;

/** What arrives of a request, until it ends, breaks, or is told to stop: each of them is an end, and none an error. */
export class ArrivingBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #request: IncomingMessage;
  readonly #idleMs: number;
  readonly #arrived: (size: number) => void;
  #size = 0;
  #end: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitingSince: number | undefined;

  /**
   * @param idleMs without a byte for so long, the body ends
   * @param arrived is told how many bytes have come so far
   */
  constructor(request: IncomingMessage, idleMs: number, arrived: (size: number) => void = () => undefined) {
    this.#arrived = arrived;
    this.#request = request;
    this.#idleMs = idleMs;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => this.#listen(controller),
        pull: () => this.#wait(),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HELD_BYTES }),
    );
  }

  /** Ends the body now; what has arrived is still read. */
  stop(): void {
    this.#end();
  }

  /** Ends the body if its sender has been silent for so long. */
  stopIfSilent(milliseconds: number): void {
    if (this.#waitingSince !== undefined && performance.now() - this.#waitingSince >= milliseconds)
      this.#end();
  }

  /** Nobody reads on: what still comes is thrown away, up to a bound. */
  discard(): void {
    this.#end();
    const request = this.#request;
    if (request.readableEnded || request.destroyed) return;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_DISCARDED) request.destroy();
    });
    request.resume();
  }

  #listen(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const request = this.#request;
    const take = (chunk: Buffer): void => {
      this.#rest();
      this.#size += chunk.length;
      this.#arrived(this.#size);
      controller.enqueue(chunk);
      if ((controller.desiredSize ?? 0) > 0) this.#wait();
      else request.pause();
    };
    const end = (): void => {
      this.#rest();
      this.#end = () => undefined;
      request.off('data', take).off('end', end).off('close', end).off('error', end);
      request.pause();
      // Its reader may have left.
      if (controller.desiredSize !== null) controller.close();
    };
    this.#end = end;
    request.on('data', take).on('end', end).on('close', end).on('error', end);
    if (request.readableEnded || request.destroyed) end();
  }

  #wait(): void {
    if (this.#waitingSince !== undefined) return;
    this.#waitingSince = performance.now();
    this.#timer = setTimeout(() => this.#end(), this.#idleMs);
    this.#request.resume();
  }

  #rest(): void {
    this.#waitingSince = undefined;
    clearTimeout(this.#timer);
  }
}
