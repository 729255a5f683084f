import { signal, type Signal, type WritableSignal } from '@angular/core';
import { defer, Observable, Subject, Subscription } from 'rxjs';
import { ResourceUploadError } from './resource-upload-error.ts';
import type { ResourceUpload } from './resource-upload.ts';
import { retryDelay, WHILE_OFFLINE_MS } from './retry-delay.ts';
import type { StatusDetails, UploadedSoFar, UploadState } from './upload-state.ts';
import type { UploadEvent, UploadSession, UploadSource } from './upload-transport.ts';

/** What a file needs of those who sent it on its way. */
export interface UploadPorts {
  readonly open: (source: UploadSource) => UploadSession;
  /** Why the file must not be sent, if so. */
  readonly check: (file: File) => ResourceUploadError | undefined;
  /** The status changed; progress alone is not told. */
  readonly statusChanged: (item: UploadItem) => void;
}

/** One file and the attempts to send it. Knows nothing of others: somebody else says when its turn has come. */
export class UploadItem implements ResourceUpload {
  readonly file: File;
  readonly kind: UploadSource['kind'];
  readonly name: string;
  readonly state$: Observable<UploadState>;
  readonly #source: UploadSource;
  readonly #ports: UploadPorts;
  readonly #stream = new Subject<UploadState>();
  readonly #state: WritableSignal<UploadState>;
  readonly state: Signal<UploadState>;
  /** The state, to be read without anybody becoming dependent on the signal. */
  current: UploadState;
  #session: UploadSession | undefined;
  #sending = new Subscription();
  #resourceId: string | undefined;
  #failures = 0;
  /** Where the last attempt that failed had come to, in bytes. */
  #reached = 0;

  constructor(source: UploadSource, ports: UploadPorts) {
    const { file, kind, name } = source;
    this.#source = source;
    this.file = file;
    this.kind = kind;
    this.name = name;
    this.#ports = ports;
    const total = file.size;
    this.current = { status: 'queued', sent: 0, total, fraction: 0, resumable: false, attempt: 0 };
    this.#state = signal(this.current);
    this.state = this.#state.asReadonly();
    this.state$ = new Observable((subscriber) => {
      subscriber.next(this.current);
      return this.#stream.subscribe(subscriber);
    });
  }

  /** Whether it is on its way, or between two attempts. */
  get underWay(): boolean {
    return this.current.status === 'uploading' || this.current.status === 'waiting';
  }

  get ended(): boolean {
    return !this.underWay && this.current.status !== 'queued' && this.current.status !== 'paused';
  }

  /** Waits for its turn, if it may be sent at all. */
  enqueue(): void {
    this.#failures = 0;
    const error = this.#ports.check(this.file);
    this.#become(error ? { status: 'failed', error } : { status: 'queued' });
  }

  /** Its turn has come. */
  start(): void {
    const sending = this.#replaceSending();
    const attempt = this.current.attempt + 1;
    const resumable = this.#session?.resumable ?? false;
    this.#become({ status: 'uploading' }, { fraction: undefined, resumable, attempt });
    if (sending.closed) return;
    const events = defer(() => {
      this.#session ??= this.#ports.open(this.#source);
      return this.#session.send();
    });
    sending.add(
      events.subscribe({
        next: (event) => !sending.closed && this.#take(event),
        error: (error: unknown) => !sending.closed && this.#fail(error),
        complete: () => !sending.closed && this.#fail(undefined),
      }),
    );
  }

  pause(): void {
    if (this.ended || this.current.status === 'paused') return;
    this.#stop();
    this.#become({ status: 'paused' });
  }

  resume(): void {
    if (this.current.status === 'paused') this.enqueue();
  }

  cancel(): void {
    if (this.current.status === 'completed' || this.current.status === 'cancelled') return;
    this.#stop();
    this.#session?.discard?.();
    this.#session = this.#resourceId = undefined;
    this.#become({ status: 'cancelled' });
  }

  retry(): void {
    if (this.current.status === 'waiting') this.start();
    else if (this.current.status === 'failed' || this.current.status === 'cancelled') this.enqueue();
  }

  settled(): Promise<UploadState> {
    return new Promise((resolve) => {
      const subscription = new Subscription();
      const look = (): void => {
        if (!this.ended) return;
        subscription.unsubscribe();
        resolve(this.current);
      };
      subscription.add(this.state$.subscribe({ next: look, complete: look }));
    });
  }

  /** Ends it where it is. What the server has so far stays there, for whoever comes back. */
  destroy(): void {
    this.#stop();
    if (!this.ended) this.#become({ status: 'cancelled' });
    this.#stream.complete();
  }

  #take(event: UploadEvent): void {
    if ('resource' in event) {
      this.#stop();
      const { total } = this.current;
      this.#become({ status: 'completed', resource: event.resource }, { sent: total, fraction: 1 });
      this.#stream.complete();
      return;
    }
    this.#resourceId = event.resourceId ?? this.#resourceId;
    const { total, attempt } = this.current;
    const sent = Math.min(event.sent, total);
    const resumable = this.#session?.resumable ?? false;
    // Where bytes stay, coming further is no failure in a row.
    if (resumable && sent > this.#reached) this.#failures = 0;
    this.#write({ status: 'uploading', sent, total, fraction: sent / total, resumable, attempt });
  }

  /** @param reason nothing when sending ended without an answer */
  #fail(reason: unknown): void {
    this.#stop();
    const error = uploadError(reason, this.name);
    const noLine = error.code === 'network';
    // What the browser knows to be hopeless is no attempt.
    const offline = noLine && !navigator.onLine;
    if (!offline) this.#failures += 1;
    this.#reached = this.current.sent;
    const delay = offline ? WHILE_OFFLINE_MS : retryDelay(error, this.#failures);
    if (delay === undefined) {
      this.#become({ status: 'failed', error });
      return;
    }
    const again = (): void => this.start();
    const timer = setTimeout(again, delay);
    if (noLine) globalThis.addEventListener('online', again);
    this.#sending.add(() => {
      clearTimeout(timer);
      globalThis.removeEventListener('online', again);
    });
    this.#become({ status: 'waiting', error, retryAt: new Date(Date.now() + delay) });
  }

  #stop(): void {
    this.#replaceSending();
  }

  #replaceSending(): Subscription {
    this.#sending.unsubscribe();
    this.#sending = new Subscription();
    return this.#sending;
  }

  /** Takes a status; what was sent counts as long as sending can go on from there. */
  #become(status: StatusDetails, changes: Partial<UploadedSoFar> = {}): void {
    const { total, attempt } = this.current;
    const resumable = this.#session?.resumable ?? false;
    const sent = resumable ? this.current.sent : 0;
    const fraction = total > 0 ? sent / total : 0;
    this.#write({ sent, total, fraction, resumable, attempt, ...changes, ...status });
    this.#ports.statusChanged(this);
  }

  #write(about: UploadState): void {
    const state = this.#resourceId === undefined ? about : { ...about, resourceId: this.#resourceId };
    this.current = state;
    this.#state.set(state);
    this.#stream.next(state);
  }
}

function uploadError(reason: unknown, name: string): ResourceUploadError {
  if (reason instanceof ResourceUploadError) return reason;
  return reason === undefined
    ? new ResourceUploadError('malformed-answer', `"${name}" was sent and not answered.`)
    : new ResourceUploadError('request-failed', `"${name}" was not sent: its transport failed.`);
}
